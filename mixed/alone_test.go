package mixed_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/alonetest"
	"gaussflow/internal/errtest"
)

// TestRowsAlone: a row, with or without missing cells, has the same bits of log p and of its tail probabilities alone and
// among other rows.
func TestRowsAlone(t *testing.T) {
	m, x := model(t), hide(known.draw(300, 21), 22)
	alonetest.Check(t, x, map[string]func(x *mat.Dense) []float64{
		"log p": func(x *mat.Dense) []float64 { return errtest.Must(m.LogProb(x)) },
		"tails": func(x *mat.Dense) []float64 {
			tail := errtest.Must(m.Explain(x)).Tail
			for i, v := range tail.RawMatrix().Data {
				if math.IsNaN(v) { // the value of a missing cell; 0 in place of NaN, which does not equal itself
					tail.RawMatrix().Data[i] = -1
				}
			}
			return tail.RawMatrix().Data
		},
	})
}
