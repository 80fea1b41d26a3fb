package flows

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/rows"
)

// An OutsideError reports a number outside a layer's domain: see layers.Bounded. A row of x with such a number has the log-density
// −∞; where z is asked for, or the row is to be trained on, it is an error.
type OutsideError struct {
	Layer  string // its name in the flow
	Column int    // from 0
	Value  float64
	Want   layers.Interval
}

func (e *OutsideError) Error() string {
	return fmt.Sprintf("column %d (from 0) is %v where it comes to layer %s, want a number in %v", e.Column, e.Value, e.Layer, e.Want)
}

// outsideOf finds the number in a row that is outside the domain of the layer it comes to, nil if there is none. With inverse the
// layer's map from z is meant.
func outsideOf(n Named, row []float64, inverse bool) *OutsideError {
	b, ok := n.Layer.(layers.Bounded)
	if !ok {
		return nil
	}
	domain := b.Domain()
	if inverse {
		domain = b.Image()
	}
	for j, want := range domain[:min(len(domain), len(row))] {
		if want.Excludes(row[j]) {
			return &OutsideError{n.Name, j, row[j], want}
		}
	}
	return nil
}

// ways compiles the two graphs that find such numbers. there computes what comes to each leaf on the way to z, up to the last
// bounded leaf; back computes it on the way from z, from the last leaf to the first.
func (f *Flow) ways() (there, back *graph.RowFunc) {
	way := func(n int, step func(b *graph.Builder, i int, x, context *G.Node) (y, logDet *G.Node)) *graph.RowFunc {
		return f.reader(f.dtype, func(b *graph.Builder, x, context *G.Node) (outs []*G.Node) {
			for i := range n {
				outs = append(outs, x)
				x, _ = step(b, i, x, context)
			}
			return outs
		})
	}
	n, _ := f.bounds()
	return way(n, f.flat.Step), way(len(f.leaves), func(b *graph.Builder, i int, z, context *G.Node) (x, logDet *G.Node) {
		return f.flat.StepBack(b, len(f.leaves)-1-i, z, context)
	})
}

// outside finds for each row of x the first number outside a layer's domain, nil for a row without one. With inverse the maps from
// z are meant.
func (f *Flow) outside(x *mat.Dense, inverse bool) ([]*OutsideError, error) {
	n, _ := x.Dims()
	found := make([]*OutsideError, n)
	if last, _ := f.bounds(); last == 0 {
		return found, nil
	}
	way, order := f.there, f.leaves
	if inverse {
		way, order = f.back, slices.Clone(f.leaves)
		slices.Reverse(order)
	}
	outs, err := way.Run(x)
	if err != nil {
		return nil, err
	}
	d := f.Dim()
	for i, values := range outs {
		for r, e := range found {
			if e == nil {
				found[r] = outsideOf(order[i], values[r*d:(r+1)*d], inverse)
			}
		}
	}
	return found, nil
}

// possible is the first of the rows of x listed in some that is inside every layer's domain, −1 if there is none.
func (f *Flow) possible(x mat.Matrix, some []int) (first int, err error) {
	for piece := range slices.Chunk(some, 1<<12) {
		copied := mat.NewDense(len(piece), f.width(), nil)
		for i, row := range piece {
			mat.Row(copied.RawRowView(i), row, x)
		}
		found, err := f.outside(copied, false)
		if err != nil {
			return 0, err
		}
		if i := slices.Index(found, nil); i >= 0 {
			return piece[i], nil
		}
	}
	return -1, nil
}

// bounds returns how many leaves there are up to the last bounded one, 0 if none is bounded, and whether training leaves all the
// leaves before it unchanged.
func (f *Flow) bounds() (n int, fixed bool) {
	fixed = true
	for i, l := range f.leaves {
		if !bounded(l.Layer) {
			continue
		}
		for _, before := range f.leaves[n:i] {
			for _, p := range before.Layer.Params() {
				fixed = fixed && !p.Trainable
			}
		}
		n = i + 1
	}
	return n, fixed
}

// bounded reports whether the layer's domain has a finite end.
func bounded(l layers.Bijector) bool {
	b, ok := l.(layers.Bounded)
	return ok && slices.ContainsFunc(append(b.Domain(), b.Image()...), func(i layers.Interval) bool { return i != layers.Real() })
}

// checkDomain reports the first row of x outside a layer's domain. x has been checked by rows.Check; first is the number of its
// first row.
func (f *Flow) checkDomain(op string, first int, x mat.Matrix) error {
	if n, _ := f.bounds(); n == 0 {
		return nil
	}
	logDets, err := f.domain.Run(x)
	if err != nil {
		return fmt.Errorf("flows: %s: %w", op, err)
	}
	for i, v := range logDets[0] {
		if !math.IsInf(v, -1) {
			continue
		}
		if err := f.rowError(op, first, i, v, f.domain, x); err.Outside != nil {
			return err
		}
	}
	return nil
}

// domainNodes are the log-dets of the bounded leaves. Each may be −∞.
func (f *Flow) domainNodes(b *graph.Builder, x, context *G.Node) []*G.Node {
	n, _ := f.bounds()
	var logDets []*G.Node
	for i := range n {
		z, logDet := f.flat.Step(b, i, x, context)
		if bounded(f.leaves[i].Layer) {
			logDets = append(logDets, logDet)
		}
		x = z
	}
	if len(logDets) == 0 {
		return []*G.Node{b.Zeros(graph.Rows(x))}
	}
	return []*G.Node{b.Sum(logDets...)}
}

// inDomain returns a source that checks its rows as they are read, provided that training does not change what comes to a bounded
// layer.
func (f *Flow) inDomain(op string, src rows.Source) rows.Source {
	if n, fixed := f.bounds(); n == 0 || !fixed || src == nil {
		return src
	}
	return checkedSource{src, f, op}
}

type checkedSource struct {
	rows.Source
	flow *Flow
	op   string
}

func (s checkedSource) Open() (rows.Reader, error) {
	r, err := s.Source.Open()
	if err != nil || r == nil {
		return r, err
	}
	return &checkedReader{Reader: r, of: s}, nil
}

type checkedReader struct {
	rows.Reader
	of   checkedSource
	read int // rows so far
}

// Read returns an error for the first row outside a layer's domain. Rows that are not finite are left to
// the caller to report.
func (r *checkedReader) Read(dst []float64) (n int, err error) {
	n, err = r.Reader.Read(dst)
	d := r.of.flow.width()
	if n < 1 || n > len(dst)/d {
		return n, err
	}
	x := mat.NewDense(n, d, dst[:n*d])
	if rows.CheckFinite("", x) == nil {
		if bad := r.of.flow.checkDomain(r.of.op, r.read, x); bad != nil {
			return 0, bad
		}
	}
	r.read += n
	return n, err
}
