package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"gonum.org/v1/gonum/mat"
)

// Batches reads src from its start and yields its rows in order, batches of that many rows and the last one as small as it
// is, each valid until the next. A goroutine reads ahead meanwhile; it has ended when the loop has. An error is the last
// thing yielded: that of the source, a row that is not finite, no row at all, or a ctx that is done.
func Batches(ctx context.Context, src Source, rows int) iter.Seq2[*mat.Dense, error] {
	return batches(ctx, "train: Batches", src, rows)
}

func batches(ctx context.Context, op string, src Source, rows int) iter.Seq2[*mat.Dense, error] {
	return func(yield func(*mat.Dense, error) bool) {
		err := checkSource(op, src, 0)
		switch {
		case ctx == nil:
			err = errNoContext(op)
		case err == nil && rows < 1:
			err = fmt.Errorf("%s: rows = %d, want ≥ 1", op, rows)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		s := newStream(op, src, rows, 0, 0)
		s.begin(ctx, 0)
		defer s.end()
		for {
			data, _, err := s.next(ctx)
			if err != nil {
				yield(nil, err)
			}
			if data == nil || !yield(&s.current.x, nil) {
				return
			}
		}
	}
}

func errNoContext(op string) error {
	return errors.New(op + ": ctx is nil, want a context.Context, context.Background() say")
}

// EvaluateSource is Evaluate of the rows of src, in constant memory; the same number, bit for bit.
func (t *Trainer) EvaluateSource(ctx context.Context, src Source) (float64, error) {
	return t.evaluateSource(ctx, "train: EvaluateSource", src)
}

func (t *Trainer) evaluateSource(ctx context.Context, op string, src Source) (float64, error) {
	dim := t.model.Dim()
	if err := checkSource(op, src, dim); err != nil {
		return 0, err
	}
	total, n := 0.0, 0
	var losses []float64
	for x, err := range batches(ctx, op, src, SourceRows(dim)) {
		if err != nil {
			return 0, err
		}
		rows, _ := x.Dims()
		if losses == nil {
			losses = make([]float64, rows) // no later batch is larger
		}
		if err := t.evalRows.RunInto(x, losses[:rows]); err != nil {
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

// SourceRows is a good batch for reading a source of dim columns to its end: enough for all processors, and at most some
// 8 MiB unless 512 rows are more.
func SourceRows(dim int) int {
	const chunk = 512 // rows that graph.RowFunc runs at once
	return chunk * max(1, min(8, 1<<20/(chunk*max(dim, 1))))
}

// A validation is rows that a fit is judged on.
type validation interface {
	loss(ctx context.Context, t *Trainer) (float64, error)
	digest(ctx context.Context) (string, error)
}

func (d *dataset) loss(_ context.Context, t *Trainer) (float64, error) {
	return t.Evaluate(d.x, d.weights)
}

// heldSource is a source to validate on.
type heldSource struct {
	op string
	Source
}

func (h *heldSource) loss(ctx context.Context, t *Trainer) (float64, error) {
	return t.evaluateSource(ctx, h.op, h.Source)
}

func (h *heldSource) digest(ctx context.Context) (string, error) {
	return newStream(h.op, h.Source, SourceRows(h.Dim()), 0, 0).digest(ctx)
}
