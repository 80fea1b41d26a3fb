package initializers

import (
	"math"
	"testing"
)

// TestSummaryKeepsMoments: the summary of a column has its mass, mean and variance in far fewer cells than it has values.
func TestSummaryKeepsMoments(t *testing.T) {
	x, rng := make([]float64, 20000), NewRand(1, 1)
	for i := range x {
		switch x[i] = rng.NormFloat64(); i % 10 {
		case 0:
			x[i] = 0.5 // an atom
		case 1:
			x[i] = math.Sinh(4 * x[i]) // tails
		}
	}
	full := newTally(x)
	s := full.summary(256)
	if n := len(s.values); n > 512 {
		t.Errorf("%d cells, want at most twice 256", n)
	}
	mass, mean, variance := full.moments(0, len(full.values))
	m, mu, v := s.moments(0, len(s.values))
	if m != mass || math.Abs(mu-mean) > 1e-9*math.Sqrt(variance) || math.Abs(v-variance) > 1e-9*variance {
		t.Errorf("mass %v, mean %v, variance %v; want %v, %v, %v", m, mu, v, mass, mean, variance)
	}
	atom := false
	for i, c := range s.counts {
		atom = atom || c >= 2000 && s.cells.Variance[i] < 1e-4
	}
	if !atom {
		t.Error("the value with a tenth of the mass has no cell to itself")
	}
}
