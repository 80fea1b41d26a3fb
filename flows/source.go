package flows

import (
	"context"
	"fmt"
	"iter"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/rows"
	"gaussflow/train"
)

// LogProbSource yields LogProb of the rows of src one by one, in order and in constant memory. It reads the source while
// it computes. If there is an error, it is yielded last.
func (f *Flow) LogProbSource(ctx context.Context, src rows.Source) iter.Seq2[float64, error] {
	return func(yield func(float64, error) bool) {
		first, logProb := 0, []float64(nil)
		for x, err := range f.batches(ctx, src) {
			if err == nil {
				logProb, err = f.logProbOf(first, x, logProb)
			}
			if err != nil {
				yield(0, err)
				return
			}
			for _, lp := range logProb {
				if !yield(lp, nil) {
					return
				}
			}
			first += len(logProb)
		}
	}
}

// batches are the batches of a source, which must be as wide as f's rows.
func (f *Flow) batches(ctx context.Context, src rows.Source) iter.Seq2[*mat.Dense, error] {
	return func(yield func(*mat.Dense, error) bool) {
		const op = "flows: LogProbSource"
		if !f.built() {
			yield(nil, fmt.Errorf("%s: %w", op, ErrNotBuilt))
			return
		}
		for x, err := range train.Batches(ctx, src, train.SourceRows(f.width())) {
			if err != nil {
				err = fmt.Errorf("%s: %w", op, err)
			} else if _, d := x.Dims(); d != f.width() {
				err = &graph.ShapeError{Op: op, Got: fmt.Sprintf("a source of %d columns", d), Want: fmt.Sprintf("input_dim = %d", f.width())}
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

// logProbOf is log p of the rows of x, whose first row has the number first. It reuses the memory of the previous
// batch.
func (f *Flow) logProbOf(first int, x *mat.Dense, logProb []float64) ([]float64, error) {
	n, _ := x.Dims()
	if cap(logProb) < n {
		logProb = make([]float64, n)
	}
	logProb = logProb[:n]
	return logProb, f.readDensity("LogProbSource", first, f.logProb, x, logProb)
}
