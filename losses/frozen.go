package losses

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Gaussianizer is a flow as a loss looks through it; *flows.Flow is one.
type Gaussianizer interface {
	Dim() int
	// LogProbNodes builds z (N×d) and log p (N) of a batch x (N×d).
	LogProbNodes(b *graph.Builder, x, context *G.Node) (z, logProb *G.Node)
}

// Freeze marks the parameters of a flow as not to be trained, as a trainer wants those that a loss uses and its model does not list.
func Freeze(params []*graph.Param) {
	for _, p := range params {
		if p != nil {
			p.Trainable = false
		}
	}
}

// A Measure is how a Dependence measures what columns share.
type Measure string

// The measures of Gaussianized columns z of a batch, C their correlation, the first Group columns of which are A and the others B:
//
//	TotalCorrelation    −½·log det C
//	MutualInformation   −½·[log det C − log det C_A − log det C_B]
//	CrossCovariance     ‖C_AB‖², the sum of squares
//
// The first two are in nats, and exact where z is jointly normal. They grow without bound as columns determine each other; the third does not.
const (
	TotalCorrelation  Measure = "total-correlation"
	MutualInformation Measure = "mutual-information"
	CrossCovariance   Measure = "cross-covariance"
)

// Dependence is what the columns of a model's output share, measured in the space where a frozen flow makes each of them normal: a
// penalty on predictions that tell a protected attribute, say. The model puts out both beside each other; the gradient passes through the
// flow and stops at its parameters, which Freeze has marked. The flow should treat the groups apart, as the maps of single columns do (rbig.Fit's First(0)): one
// that is fitted to all of them together takes out what is to be measured. It is a BatchLoss; log det is by orthogonalizing the columns,
// and the batch has more rows than columns.
type Dependence struct {
	Measure Measure      // default MutualInformation
	Frozen  Gaussianizer // of the output's columns; nil: they are taken as they are
	Group   int          // columns of A, default 1
}

// Validate reports a measure that is not known, or a Group that is negative.
func (d Dependence) Validate() error {
	if known := []Measure{"", TotalCorrelation, MutualInformation, CrossCovariance}; !slices.Contains(known, d.Measure) {
		return fmt.Errorf("losses: Dependence: Measure = %q, want one of %q", string(d.Measure), known[1:])
	}
	if d.Group < 0 {
		return fmt.Errorf("losses: Dependence: Group = %d, want ≥ 0 (0: the default)", d.Group)
	}
	return nil
}

// Name is the measure.
func (d Dependence) Name() string { return string(d.measure()) }

func (d Dependence) measure() Measure { return defaults.Or(d.Measure, MutualInformation) }

// Batchwise is true.
func (Dependence) Batchwise() bool { return true }

// Rows is the measure of the batch, for each row.
func (d Dependence) Rows(b *graph.Builder, t Terms) *G.Node {
	z := t.Output
	n, columns := graph.Rows(z), graph.Cols(z)
	group := defaults.Or(d.Group, 1)
	if err := d.Validate(); err != nil {
		return b.Fail(err)
	}
	switch {
	case b.Err() != nil:
		return nil
	case columns < 2 || n <= columns:
		return b.Fail(fmt.Errorf("losses: Dependence: got a batch of %d×%d outputs, want two columns at least, and more rows than columns", n, columns))
	case group < 1 || group >= columns:
		return b.Fail(fmt.Errorf("losses: Dependence: Group = %d of %d columns, want 1 to %d", group, columns, columns-1))
	}
	if !defaults.IsNil(d.Frozen) {
		b.Detached(func() { z, _ = d.Frozen.LogProbNodes(b, z, nil) })
	}
	unit := standardized(b, z)
	if b.Err() != nil {
		return nil
	}
	var share *G.Node
	switch d.measure() {
	case TotalCorrelation:
		share = b.Scale(logDet(b, unit), -0.5)
	case MutualInformation:
		inside := b.Add(logDet(b, unit[:group]), logDet(b, unit[group:]))
		share = b.Scale(b.Sub(inside, logDet(b, unit)), 0.5)
	case CrossCovariance:
		var squares []*G.Node
		for _, left := range unit[:group] {
			for _, right := range unit[group:] {
				c := b.Dot(left, right)
				squares = append(squares, b.Mul(c, c))
			}
		}
		share = b.Sum(squares...)
	}
	return b.ExpandLast(share, n)
}

// standardized are the columns of z (N×d), each of mean 0 and length 1.
func standardized(b *graph.Builder, z *G.Node) (unit []*G.Node) {
	n := graph.Rows(z)
	for j := range graph.Cols(z) {
		column := b.Reshape(b.Columns(z, j, 1), n)
		mean := b.Scale(b.SumLast(column), 1/float64(n))
		column = b.Sub(column, b.ExpandLast(mean, n))
		unit = append(unit, b.Mul(column, b.ExpandLast(b.Invert(b.Sqrt(b.Dot(column, column))), n)))
	}
	return unit
}

// logDet is log det of the correlation of columns of mean 0 and length 1: Σ_j log of the squared length of what the columns before
// leave of column j (Gram–Schmidt).
func logDet(b *graph.Builder, unit []*G.Node) *G.Node {
	logs := []*G.Node{b.Zeros()}
	var basis []*G.Node
	for j, column := range unit {
		n := graph.Rows(column)
		for _, q := range basis {
			column = b.Sub(column, b.Mul(q, b.ExpandLast(b.Dot(q, column), n)))
		}
		if j == 0 { // its length is 1
			basis = append(basis, column)
			continue
		}
		square := b.Dot(column, column)
		logs = append(logs, b.Log(square))
		basis = append(basis, b.Mul(column, b.ExpandLast(b.Invert(b.Sqrt(square)), n)))
	}
	return b.Sum(logs...)
}

// LogRatio is log p(a, b) − log p(a) − log p(b) of the columns of a model's output, by three frozen flows, whose mean is the mutual
// information of A, as many columns as Left has, and B: each row by itself, and any dependence that the flows have seen. As the model moves
// away from what they were fitted to it measures less well; then they are fitted anew.
type LogRatio struct{ Joint, Left, Right Gaussianizer }

// Name is "log-ratio".
func (LogRatio) Name() string { return "log-ratio" }

// Rows is the log-ratio of each row.
func (l LogRatio) Rows(b *graph.Builder, t Terms) *G.Node {
	if defaults.IsNil(l.Joint) || defaults.IsNil(l.Left) || defaults.IsNil(l.Right) {
		return b.Fail(errors.New("losses: LogRatio: a flow is nil, want Joint, Left and Right"))
	}
	d, a := graph.Cols(t.Output), l.Left.Dim()
	if l.Joint.Dim() != d || a < 1 || a+l.Right.Dim() != d {
		return b.Fail(fmt.Errorf("losses: LogRatio: flows of %d, %d and %d columns for an output of %d", l.Joint.Dim(), a, l.Right.Dim(), d))
	}
	left, right := b.Apart(t.Output, a)
	var joint, first, second *G.Node
	b.Detached(func() {
		_, joint = l.Joint.LogProbNodes(b, t.Output, nil)
		_, first = l.Left.LogProbNodes(b, left, nil)
		_, second = l.Right.LogProbNodes(b, right, nil)
	})
	return b.Sub(joint, b.Add(first, second))
}
