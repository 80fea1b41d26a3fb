package train

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// ErrNotRowByRow is wrapped by the error of New for a loss that depends on the batch as a whole but is not declared a
// losses.BatchLoss.
var ErrNotRowByRow = errors.New("the loss of a row depends on the other rows of its batch, which is cut up between workers: " +
	"make the loss a losses.BatchLoss, or the model one whose rows do not depend on each other")

// probeRows is the number of rows on which checkRowByRow tries a loss, a batch size that graph.RowFunc does not pad.
const probeRows = 16

// checkRowByRow tests with random rows whether the loss of each row depends on that row alone. For each binary digit of the row
// numbers, the rows that have the digit stay and the others are replaced; so for any two rows, there is a trial in which one
// stays and the other is replaced. Finally each row is tried alone, to find a loss that depends on the number of rows. A
// losses.BatchLoss is only evaluated.
func (j *judge) checkRowByRow() error {
	rng := initializers.NewRand(1, probeRows)
	draw := func() *mat.Dense {
		x := mat.NewDense(probeRows, j.model.Dim(), nil)
		for i := range x.RawMatrix().Data {
			x.RawMatrix().Data[i] = rng.NormFloat64()
		}
		return x
	}
	x := draw()
	want, got := make([]float64, probeRows), make([]float64, probeRows)
	if err := j.lossesInto(x, want); err != nil || j.batchwise() {
		return err
	}
	// A program gives a row the same bits whatever the other rows are, except that rows may be computed in vectors or
	// as a remainder. Programs of different sizes round differently, for a steep flow by some 1e-14, in float32 1e-5.
	same, alone := 1e-10, 1e-6
	if j.dtype() == graph.Float32 {
		same, alone = 1e-5, 1e-3
	}
	for digit := 1; digit < probeRows; digit *= 2 {
		for _, keep := range []int{0, digit} {
			mixed := draw()
			for i := range probeRows {
				if i&digit == keep {
					mixed.SetRow(i, x.RawRowView(i))
				}
			}
			if err := j.byRow.RunInto(mixed, got); err != nil {
				return err
			}
			for i := range probeRows {
				if i&digit == keep && differ(got[i], want[i], same) {
					return j.notRowByRow(i, want[i], got[i], "with other rows beside it")
				}
			}
		}
	}
	for i := range probeRows {
		if err := j.byRow.RunInto(x.Slice(i, i+1, 0, j.model.Dim()), got[:1]); err != nil {
			return err
		}
		if differ(got[0], want[i], alone) {
			return j.notRowByRow(i, want[i], got[0], "alone")
		}
	}
	return nil
}

// differ allows for rounding. Two values that are both not finite count as equal: the random rows may be outside the
// model's domain.
func differ(a, b, tol float64) bool {
	if !isFinite(a) || !isFinite(b) {
		return isFinite(a) != isFinite(b)
	}
	return math.Abs(a-b) > tol*max(1, math.Abs(a), math.Abs(b))
}

func (j *judge) notRowByRow(row int, among, other float64, how string) error {
	return fmt.Errorf("loss %T: row %d of %d random rows has the loss %.9g among them and %.9g %s: %w",
		j.loss, row, probeRows, among, other, how, ErrNotRowByRow)
}
