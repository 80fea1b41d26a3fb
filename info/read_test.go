package info

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAndersonDarling: the statistic is SciPy's, and one in a thousand normal samples is beyond 1.45.
func TestAndersonDarling(t *testing.T) {
	values := []float64{0.1, -0.3, 1.2, 0.7, -1.5, 0.4, 2.0, -0.6, 0.05, 9.0}
	const want = 1.438245299773846 // scipy.stats.anderson, SciPy 1.17.1, times 1 + 0.75/n + 2.25/n²
	if got := andersonDarling(values); math.Abs(got-want) > 1e-9 {
		t.Errorf("got %v, want %v", got, want)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const draws, n = 20000, 60
	beyond, sample := 0, make([]float64, n)
	for range draws {
		for i := range sample {
			sample[i] = rng.NormFloat64()
		}
		if andersonDarling(sample) > 1.45 {
			beyond++
		}
	}
	if beyond < 8 || beyond > 36 {
		t.Errorf("%d of %d normal samples are beyond 1.45, want about %d", beyond, draws, draws/1000)
	}
}

// TestOutsideByChance: the probability that at least k rows lie outside of the range of other rows of the same distribution
// agrees with a simulation.
func TestOutsideByChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const draws, n, m, k = 20000, 200, 300, 4
	times := 0
	for range draws {
		low, high := math.Inf(1), math.Inf(-1)
		for range m {
			v := rng.Float64()
			low, high = min(low, v), max(high, v)
		}
		outside := 0
		for range n {
			if v := rng.Float64(); v < low || v > high {
				outside++
			}
		}
		if outside >= k {
			times++
		}
	}
	if got, want := outsideByChance(k, n, m), float64(times)/draws; math.Abs(got-want) > 0.01 {
		t.Errorf("got %.4f, simulated %.4f", got, want)
	}
}
