package columns_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/columns"
)

// TestCountsOfFew: while they are held, different values are counted exactly, 0 and −0 as one.
func TestCountsOfFew(t *testing.T) {
	values, times := columns.NewValues(1<<12), map[float64]int{}
	rng := rand.New(rand.NewPCG(6, 1))
	const n = 50_000
	for range n {
		v := math.Round(400 * rng.NormFloat64())
		values.Add(v)
		times[v+0]++
	}
	values.Add(math.Copysign(0, -1))
	times[0]++
	top := 0
	for _, count := range times {
		top = max(top, count)
	}
	if values.Count != n+1 || values.Distinct() != len(times) || values.Top() != float64(top)/(n+1) {
		t.Errorf("%d values, %d different, the commonest %v; want %d, %d, %v", values.Count, values.Distinct(), values.Top(), n+1, len(times), float64(top)/(n+1))
	}
}

// TestCountsOfMany: of more than are held the commonest is found, by at most a thousandth too rare, wherever in the table it stands, and
// how many differ is known to some percents.
func TestCountsOfMany(t *testing.T) {
	const n, share, held = 200_000, 0.004, 1 << 12
	for name, common := range map[string]func(i int, rng *rand.Rand) bool{
		"spread": func(_ int, rng *rand.Rand) bool { return rng.Float64() < share },
		"first":  func(i int, _ *rand.Rand) bool { return i < share*n },
		"last":   func(i int, _ *rand.Rand) bool { return i >= n-share*n },
	} {
		values, rng, times := columns.NewValues(held), rand.New(rand.NewPCG(2, 9)), 0
		for i := range n {
			if common(i, rng) {
				times++
				values.Add(7)
			} else {
				values.Add(rng.NormFloat64())
			}
		}
		want := float64(times) / n
		if top := values.Top(); top > want || top < want-0.001 {
			t.Errorf("%s: the commonest is %.4f of the values, want %.4f or up to 0.001 less", name, top, want)
		}
		if off := math.Abs(float64(values.Distinct())/(n-float64(times)+1) - 1); off > 5*1.2/math.Sqrt(held) {
			t.Errorf("%s: %d different values, off by %.3f", name, values.Distinct(), off)
		}
	}
}
