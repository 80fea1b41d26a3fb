package bases_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/bases"
)

// TestDrawOfOtherParts: a Draw with the wrong number of parts, with an empty part or without a generator returns NaN and
// does not panic.
func TestDrawOfOtherParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, f := range []bases.Family{bases.Normal{}, bases.StudentT{}, bases.UniformInterval{}} {
		var whole [][]float64
		for range f.Parts() {
			whole = append(whole, []float64{0})
		}
		if v := f.Draw(whole, rng); math.IsNaN(v) {
			t.Errorf("%T draws %v at zero", f, v)
		}
		for name, v := range map[string]float64{
			"no parts": f.Draw(nil, rng), "an empty part": f.Draw(make([][]float64, len(whole)), rng),
			"one too many": f.Draw(append(whole, []float64{0}), rng), "no generator": f.Draw(whole, nil),
		} {
			if !math.IsNaN(v) {
				t.Errorf("%T, %s: drew %v, want NaN", f, name, v)
			}
		}
	}
}
