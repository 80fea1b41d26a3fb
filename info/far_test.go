package info

import (
	"math"
	"testing"
)

// TestFar: scores so large that their tail probability underflows, as of rows far outside of another sample, still map to
// finite, increasing values of a t.
func TestFar(t *testing.T) {
	f := studentOf(100, 500)
	last := 0.0
	for _, z := range []float64{1, 10, 36, 60, 500} {
		v := f(z)
		if math.IsNaN(v) || math.IsInf(v, 0) || v < last {
			t.Errorf("the score %v is the value %v of a t, want a number of at least %v", z, v, last)
		}
		last = v
	}
}
