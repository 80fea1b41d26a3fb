package rows_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/rows"
)

// drawn lists which of n rows, numbered from 0, a reservoir has drawn.
func drawn(t *testing.T, n, limit int, seed uint64) []float64 {
	t.Helper()
	r, err := rows.NewReservoir(1, limit, seed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := r.Add([]float64{float64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	x, _ := r.Rows()
	return mat.Col(nil, 0, x)
}

// TestReservoirIsEven: over many draws each row comes as often as another, and so do neighbours together, by χ² at a level of 1e-4.
func TestReservoirIsEven(t *testing.T) {
	const n, limit, draws = 50, 10, 20_000
	times, together := make([]float64, n), make([]float64, n-1)
	for seed := range draws {
		last := -2
		for _, v := range drawn(t, n, limit, uint64(seed)) {
			i := int(v)
			if times[i]++; i == last+1 {
				together[last]++
			}
			last = i
		}
	}
	chiSquare(t, "rows", times, draws*limit/float64(n))
	chiSquare(t, "neighbours", together, draws*limit*(limit-1)/float64(n*(n-1)))
}

func chiSquare(t *testing.T, what string, times []float64, want float64) {
	t.Helper()
	expected := slices.Repeat([]float64{want}, len(times))
	if chi, most := stat.ChiSquare(times, expected), (distuv.ChiSquared{K: float64(len(times) - 1)}).Quantile(1-1e-4); chi > most {
		t.Errorf("%s: χ² = %.1f, want at most %.1f", what, chi, most)
	}
}

// TestReservoirKeepsOrder: rows are in the order in which they came, each with the place that Add said, and the same for the same seed;
// where all fit they are all there.
func TestReservoirKeepsOrder(t *testing.T) {
	for _, n := range []int{5, 20, 1000} {
		got := drawn(t, n, 20, 7)
		if len(got) != min(n, 20) || !slices.IsSorted(got) || !slices.Equal(got, drawn(t, n, 20, 7)) {
			t.Errorf("of %d rows: %v", n, got)
		}
	}
	if slices.Equal(drawn(t, 1000, 20, 7), drawn(t, 1000, 20, 8)) {
		t.Error("another seed draws the same rows")
	}
	r, err := rows.NewReservoir(2, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	said := map[int]float64{}
	for i := range 100 {
		at, err := r.Add([]float64{float64(i), -float64(i)})
		if err != nil {
			t.Fatal(err)
		}
		if at >= 0 {
			said[at] = float64(i)
		}
	}
	x, places := r.Rows()
	for i, at := range places {
		if x.At(i, 0) != said[at] || x.At(i, 1) != -said[at] {
			t.Errorf("row %d is %v, said to be in place %d was %v", i, x.RawRowView(i), at, said[at])
		}
	}
	if r.Seen() != 100 {
		t.Errorf("%d rows seen, want 100", r.Seen())
	}
}

// TestReservoirRefuses what is no row of it.
func TestReservoirRefuses(t *testing.T) {
	for _, size := range [][2]int{{0, 1}, {1, 0}, {-1, 5}} {
		if _, err := rows.NewReservoir(size[0], size[1], 0); err == nil {
			t.Errorf("dim %d and limit %d: no error", size[0], size[1])
		}
	}
	r, err := rows.NewReservoir(2, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*rows.Reservoir{r, nil, {}} {
		if at, err := r.Add([]float64{1}); err == nil || at != -1 {
			t.Errorf("place %d, error %v, want −1 and an error", at, err)
		}
		if x, places := r.Rows(); x != nil || places != nil {
			t.Errorf("rows %v in places %v, want none", x, places)
		}
	}
}

// TestLotRefuses: a Lot without what it needs to draw is an error, and holds no rows.
func TestLotRefuses(t *testing.T) {
	if _, err := rows.NewLot(0, rand.New(rand.NewPCG(1, 1))); err == nil {
		t.Error("a lot of no row: no error")
	}
	if _, err := rows.NewLot(1, nil); err == nil {
		t.Error("a lot without chance: no error")
	}
	for _, l := range []*rows.Lot{nil, {}} {
		if at := l.Next(); at != -1 || l.Seen() != 0 {
			t.Errorf("place %d of %d rows seen, want −1 of none", at, l.Seen())
		}
	}
}
