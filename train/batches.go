package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// Batches reads src from its start and yields its rows in order, in batches of size rows; the last one may be smaller.
// Each batch is valid until the next. A goroutine reads ahead and has ended when the loop has. An error is yielded last:
// that of the source, a row that is not finite, a source without rows, or a ctx that is done.
func Batches(ctx context.Context, src rows.Source, size int) iter.Seq2[*mat.Dense, error] {
	return batches(ctx, "train: Batches", src, size)
}

func batches(ctx context.Context, op string, src rows.Source, size int) iter.Seq2[*mat.Dense, error] {
	return func(yield func(*mat.Dense, error) bool) {
		err := checkSource(op, src, 0)
		switch {
		case ctx == nil:
			err = errNoContext(op)
		case err == nil && size < 1:
			err = fmt.Errorf("%s: size = %d, want ≥ 1", op, size)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		s := newStream(op, src, size, 0, 0)
		s.begin(ctx, 0)
		defer s.end()
		for {
			b, err := s.next(ctx)
			if err != nil {
				yield(nil, err)
			}
			if b.size() == 0 || !yield(&s.current.x, nil) {
				return
			}
		}
	}
}

func errNoContext(op string) error {
	return errors.New(op + ": ctx is nil, want a context.Context, context.Background() say")
}

// SourceRows is a good batch size for reading a source of dim columns to its end: enough rows for all processors, and at
// most about 8 MiB unless 512 rows are more.
func SourceRows(dim int) int {
	const chunk = 512 // rows that graph.RowFunc evaluates at once
	return chunk * max(1, min(8, 1<<20/(chunk*max(dim, 1))))
}
