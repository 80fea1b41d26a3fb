package variational

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bases"
	"gaussflow/initializers"
	"gaussflow/rows"
	"gaussflow/train"
)

// noise is samples of a base, new ones in every epoch, which depend on the seed and the number of the epoch alone.
type noise struct {
	*mat.Dense
	base bases.Base
	seed uint64
	err  error // of the last draw, if it failed; the rows are then those of the draw before
}

var _ train.Redrawn = (*noise)(nil)

func newNoise(base bases.Base, n int, seed uint64) (*noise, error) {
	z := &noise{base: base, seed: seed}
	err := z.draw(n, 0)
	return z, err
}

func (z *noise) draw(n, epoch int) error {
	drawn, err := z.base.Sample(n, nil, initializers.NewRand(z.seed, uint64(epoch)+2<<32))
	if err == nil {
		err = rows.Check("samples of the base", drawn, z.base.Dim())
	}
	if err != nil {
		return err
	}
	if got, _ := drawn.Dims(); got != n {
		return &rows.ShapeError{Op: "samples of the base", Got: fmt.Sprintf("%d rows", got), Want: fmt.Sprint(n)}
	}
	z.Dense = drawn
	return nil
}

// Redraw draws the rows of an epoch.
func (z *noise) Redraw(epoch int) {
	n, _ := z.Dims()
	if err := z.draw(n, epoch); err != nil {
		z.err = fmt.Errorf("variational: Fit: epoch %d (from 0): %w", epoch, err)
	}
}
