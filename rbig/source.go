package rbig

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
	"gaussflow/sketch"
	"gaussflow/train"
)

// KeptRows is how many rows FitSource holds in memory. A table with no more rows is fitted as by FitRows, to the same
// bits.
const KeptRows = 1 << 16

// FitSource fits the rows of a source that need not fit in memory. It reads the source once for the columns' scales and once for
// the maps of each block: the rows pass through the layers so far, and each column is summarized by a sketch.Column. Rotations, and
// the loss of a block, are computed from KeptRows rows drawn at random from all.
func FitSource(ctx context.Context, src rows.Source, c Config) (*Fit, error) {
	switch {
	case ctx == nil:
		return nil, errors.New("rbig: FitSource: the context is nil, want context.Background() at least")
	case defaults.IsNil(src) || src.Dim() < 1:
		return nil, errors.New("rbig: FitSource: the source is nil or has no columns")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if c.Interrupt == nil {
		c.Interrupt = ctx
	}
	s := &stream{ctx: ctx, src: src}
	drawn, n, err := s.draw(c.Seed)
	if err != nil {
		return nil, fmt.Errorf("rbig: FitSource: %w", err)
	}
	if n <= KeptRows {
		return FitRows(drawn, c)
	}
	w := &walk{Config: c, kept: drawn}
	if c.HeldOutRows != nil {
		if err := rows.Check("rbig: FitSource: HeldOutRows", c.HeldOutRows, src.Dim()); err != nil {
			return nil, err
		}
		w.held = mat.DenseCopyOf(c.HeldOutRows)
	} else if c.Stop == HeldOut {
		few := max(int(c.Validation*KeptRows), 1)
		d := src.Dim()
		w.held = mat.DenseCopyOf(drawn.Slice(0, few, 0, d))
		w.kept = mat.DenseCopyOf(drawn.Slice(few, KeptRows, 0, d))
		s.apart = map[int]bool{}
		for _, row := range s.drawn[:few] {
			s.apart[row] = true
		}
	}
	w.all = func() (*mat.Dense, error) { return s.columns(w.named) }
	return w.run()
}

// A stream is a source that is read repeatedly.
type stream struct {
	ctx   context.Context
	src   rows.Source
	drawn []int        // row numbers of the rows in memory
	apart map[int]bool // row numbers of the rows held out
}

// draw draws KeptRows of the n rows uniformly (Vitter 1985, algorithm R), or returns all in order if there are no more.
func (s *stream) draw(seed uint64) (drawn *mat.Dense, n int, err error) {
	d, rng := s.src.Dim(), initializers.NewRand(seed, 4)
	var kept []float64
	for x, err := range train.Batches(s.ctx, s.src, train.SourceRows(d)) {
		if err != nil {
			return nil, 0, err
		}
		m, _ := x.Dims()
		for i := range m {
			if n < KeptRows {
				kept = append(kept, x.RawRowView(i)...)
				s.drawn = append(s.drawn, n)
			} else if at := rng.IntN(n + 1); at < KeptRows {
				copy(kept[at*d:], x.RawRowView(i))
				s.drawn[at] = n
			}
			n++
		}
	}
	if n == 0 {
		return nil, 0, errors.New("the source has no rows")
	}
	return mat.NewDense(len(kept)/d, d, kept), n, nil
}

// columns returns values that represent each column of the layers' output, over all rows except those held out.
func (s *stream) columns(named []flows.Named) (*mat.Dense, error) {
	d, n := s.src.Dim(), 0
	sketches, column := make([]sketch.Column, d), []float64(nil)
	var flow *flows.Flow
	if len(named) > 0 {
		var err error
		if flow, err = flows.New(named...); err != nil {
			return nil, err
		}
	}
	for x, err := range train.Batches(s.ctx, s.src, train.SourceRows(d)) {
		if err == nil && flow != nil {
			x, _, err = flow.Forward(x)
		}
		if err != nil {
			return nil, err
		}
		m, _ := x.Dims()
		for j := range d {
			column = column[:0]
			for i := range m {
				if !s.apart[n+i] {
					column = append(column, x.At(i, j))
				}
			}
			if err := sketches[j].Add(column...); err != nil {
				return nil, err
			}
		}
		n += m
	}
	values := mat.NewDense(KeptRows, d, nil)
	for j := range d {
		v, err := sketches[j].Values(KeptRows)
		if err != nil {
			return nil, err
		}
		values.SetCol(j, v)
	}
	return values, nil
}
