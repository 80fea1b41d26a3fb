package train

import (
	"context"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// ahead is the number of buffers of a stream: one in use, the others filled ahead of it.
const ahead = 3

// A stream is the feed for a Source. While an epoch runs, a goroutine reads ahead.
type stream struct {
	op     string
	src    rows.Source
	size   int // rows of a batch
	seed   uint64
	window *window // nil if the rows keep their order

	buffers    [ahead]buffer
	free, full chan *buffer // empty and filled buffers; full is closed after the last
	current    *buffer      // in use
	index      []int        // 0, 1, 2, …
	cancel     context.CancelFunc
	reading    sync.WaitGroup
	err        error   // the error that ended the pass, if any; valid once full is closed
	known      *extent // of the source, from the first complete pass
}

// A buffer holds the rows of a batch in memory of its own.
type buffer struct {
	numbers []float64
	x       mat.Dense // a view of numbers
	data    dataset   // the rows of x
}

// newStream deals batches of size rows, shuffled in a window of shuffled rows, or in order if shuffled is 0.
func newStream(op string, src rows.Source, size, shuffled int, seed uint64) *stream {
	s := &stream{op: op, src: src, size: size, seed: seed}
	if shuffled > 0 {
		s.window = &window{size: shuffled, dim: src.Dim()}
	}
	return s
}

// checkSource reports a source whose rows do not have dim columns; dim 0 allows any number.
func checkSource(op string, src rows.Source, dim int) error {
	if defaults.IsNil(src) {
		return fmt.Errorf("%s: the source is %s, want one", op, nilOf(src))
	}
	if d := src.Dim(); d < 1 || dim > 0 && d != dim {
		want := "at least one"
		if dim > 0 {
			want = fmt.Sprintf("input_dim = %d", dim)
		}
		return &graph.ShapeError{Op: op, Got: fmt.Sprintf("a source of %d columns", d), Want: want}
	}
	return nil
}

func (s *stream) begin(ctx context.Context, e int) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.free, s.full = make(chan *buffer, ahead), make(chan *buffer, ahead)
	for i := range s.buffers {
		s.free <- &s.buffers[i]
	}
	if s.window != nil {
		s.window.begin(shuffler(s.seed, e))
	}
	s.reading.Go(func() {
		defer close(s.full)
		s.err = s.read(ctx)
	})
}

// end waits for the goroutine, so that nothing reads the source afterwards.
func (s *stream) end() {
	s.cancel()
	s.reading.Wait()
	s.current = nil
}

// read makes a pass and sends its batches.
func (s *stream) read(ctx context.Context) error {
	p, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer p.reader.Close()
	for {
		var b *buffer
		select {
		case b = <-s.free:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", s.op, ctx.Err())
		}
		if err := s.fill(b, p); err != nil {
			return err
		}
		if len(b.numbers) == 0 {
			s.learn(p)
			return nil
		}
		s.full <- b
	}
}

// open starts a pass. It computes a checksum unless that is already known.
func (s *stream) open(ctx context.Context) (*pass, error) {
	p, err := newPass(ctx, s.op, s.src)
	if err == nil && s.known == nil {
		p.sum = &checksum{}
	}
	return p, err
}

// learn records the extent that a complete pass has found.
func (s *stream) learn(p *pass) {
	if s.known == nil {
		s.known = &extent{p.rows, p.dim, p.sum.sum}
	}
}

// fill fills b with the next rows; it is empty after the last one.
func (s *stream) fill(b *buffer, p *pass) (err error) {
	if s.window != nil {
		b.numbers, err = s.window.draw(p, b.numbers[:0], s.size)
	} else {
		b.numbers, err = p.read(b.numbers[:0], s.size)
	}
	if n := len(b.numbers) / p.dim; err == nil && n > 0 {
		b.x.SetRawMatrix(blas64.General{Rows: n, Cols: p.dim, Stride: p.dim, Data: b.numbers})
		b.data = dataset{x: &b.x, view: rows.ViewOf(&b.x), rows: n}
	}
	return err
}

func (s *stream) next(ctx context.Context) (batch, error) {
	if s.current != nil {
		s.free <- s.current
		s.current = nil
	}
	select {
	case b, ok := <-s.full:
		if !ok {
			return batch{}, s.err
		}
		s.current = b
	case <-ctx.Done():
		return batch{}, fmt.Errorf("%s: %w", s.op, ctx.Err())
	}
	for i := len(s.index); i < s.current.data.rows; i++ {
		s.index = append(s.index, i)
	}
	return batch{&s.current.data, s.index[:s.current.data.rows]}, nil
}

func (s *stream) rows() int {
	if s.known == nil {
		return -1
	}
	return s.known.rows
}

// loss reads the source in a pass of its own.
func (s *stream) loss(ctx context.Context, t *Trainer) (float64, error) {
	return t.evaluateSource(ctx, s.op, s.src)
}

// digest reads the source in a pass of its own, unless a complete pass has been made before.
func (s *stream) digest(ctx context.Context) (string, error) {
	if s.known != nil {
		return s.known.String(), nil
	}
	p, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	defer p.reader.Close()
	for block := []float64(nil); !p.ended; {
		if block, err = p.read(block[:0], s.size); err != nil {
			return "", err
		}
	}
	s.learn(p)
	return s.known.String(), nil
}
