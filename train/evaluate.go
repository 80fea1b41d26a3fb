package train

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/rows"
)

// Evaluate is the mean loss of the rows of x, Σ w·loss/N, plus penalties; nil weights are all one. For a losses.BatchLoss x is
// one batch, whatever its number of rows.
func (t *Trainer) Evaluate(x mat.Matrix, weights []float64) (float64, error) {
	const op = "train: Evaluate"
	if err := t.compiled(op); err != nil {
		return 0, err
	}
	if err := rows.Check(op, x, t.model.Dim()); err != nil {
		return 0, err
	}
	n, _ := x.Dims()
	if err := checkWeights(op, weights, n); err != nil {
		return 0, err
	}
	return t.evaluate(context.Background(), op, newDataset(x, weights))
}

// evaluateRows is how many rows are evaluated between two checks of the context. It is a multiple of what a graph.RowFunc evaluates
// at once, so that the programs that evaluate a row do not depend on the number of rows.
const evaluateRows = 1 << 14

// evaluate is Evaluate for rows that have been checked.
func (t *Trainer) evaluate(ctx context.Context, op string, d *dataset) (float64, error) {
	losses := make([]float64, d.rows)
	step := evaluateRows
	if t.batchwise() {
		step = d.rows
	}
	for lo := 0; lo < d.rows; lo += step {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("%s: %w", op, err)
		}
		hi := min(lo+step, d.rows)
		if err := t.judge.lossesInto(d.between(lo, hi), losses[lo:hi]); err != nil {
			return 0, err
		}
	}
	total := 0.0
	for i, l := range losses {
		if w := d.weight(i); w > 0 { // a row of weight 0 may have an infinite loss
			total += l * w
		}
	}
	p, err := t.penaltyNow()
	return total/float64(d.rows) + p, err
}

// EvaluateSource is Evaluate for the rows of src, in constant memory; it returns the same number, bit for bit. A
// losses.BatchLoss, for which all rows are one batch, is an error.
func (t *Trainer) EvaluateSource(ctx context.Context, src rows.Source) (float64, error) {
	const op = "train: EvaluateSource"
	if err := t.compiled(op); err != nil {
		return 0, err
	}
	return t.evaluateSource(ctx, op, src)
}

func (t *Trainer) evaluateSource(ctx context.Context, op string, src rows.Source) (float64, error) {
	if err := t.checkHeldSource(op, src); err != nil {
		return 0, err
	}
	total, n := 0.0, 0
	var losses []float64
	for x, err := range batches(ctx, op, src, SourceRows(t.model.Dim())) {
		if err != nil {
			return 0, err
		}
		rows, _ := x.Dims()
		if losses == nil {
			losses = make([]float64, rows) // the first batch is the largest
		}
		if err := t.judge.lossesInto(x, losses[:rows]); err != nil {
			return 0, err
		}
		for _, l := range losses[:rows] {
			total += l
		}
		n += rows
	}
	p, err := t.penaltyNow()
	return total/float64(n) + p, err
}

// checkHeldSource reports a source on which the loss cannot be evaluated.
func (t *Trainer) checkHeldSource(op string, src rows.Source) error {
	if err := checkSource(op, src, t.model.Dim()); err != nil {
		return err
	}
	if t.batchwise() {
		return fmt.Errorf("%s: the loss %T needs all rows as one batch, and a source is read in pieces: want a matrix", op, t.loss)
	}
	return nil
}

// Predict is the model's output for the rows of x, Keras's predict.
func (t *Trainer) Predict(x mat.Matrix) (*mat.Dense, error) {
	const op = "train: Predict"
	if err := t.compiled(op); err != nil {
		return nil, err
	}
	if err := rows.Check(op, x, t.model.Dim()); err != nil {
		return nil, err
	}
	f := graph.NewRowFunc(t.dtype(), t.model.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{t.model.Terms(b, x).Output}
	})
	out, err := f.Run(x)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	n, _ := x.Dims()
	if len(out[0]) == 0 {
		return nil, errors.New(op + ": the model's output has no columns")
	}
	return mat.NewDense(n, len(out[0])/n, out[0]), nil
}

func checkWeights(op string, w []float64, n int) error {
	if w != nil && len(w) != n {
		return &graph.ShapeError{Op: op, Got: fmt.Sprintf("%d sample weights", len(w)), Want: fmt.Sprintf("%d, one a row", n)}
	}
	total := 0.0
	for i, v := range w {
		if !(v >= 0) {
			return fmt.Errorf("%s: sample weight %d is %v, want ≥ 0", op, i, v)
		}
		total += v
	}
	if w != nil && total == 0 {
		return fmt.Errorf("%s: all sample weights are 0, want a positive one", op)
	}
	return nil
}
