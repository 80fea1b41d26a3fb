package losses

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Gaussianizer is a flow through which a loss looks at a model's output; *flows.Flow is one.
type Gaussianizer interface {
	Dim() int
	// LogProbNodes builds z (N×d) and log p (N) of a batch x (N×d).
	LogProbNodes(b *graph.Builder, x, context *G.Node) (z, logProb *G.Node)
}

// Freeze marks the parameters of a flow as not trainable. A trainer requires this of parameters that a loss uses but its model does
// not list.
func Freeze(params []*graph.Param) {
	for _, p := range params {
		if p != nil {
			p.Trainable = false
		}
	}
}

// A Measure selects what a Dependence measures.
type Measure string

// The measures, for the Gaussianized columns z of a batch. C is their correlation matrix; the first Group columns are A, the
// others B:
//
//	TotalCorrelation    −½·log det C
//	MutualInformation   −½·[log det C − log det C_A − log det C_B]
//	CrossCovariance     ‖C_AB‖², the sum of squares
//
// The first two are in nats, and exact if z is jointly normal. They grow without bound as columns determine each other; the third
// does not.
const (
	TotalCorrelation  Measure = "total-correlation"
	MutualInformation Measure = "mutual-information"
	CrossCovariance   Measure = "cross-covariance"
)

// Dependence measures how much the columns of a model's output depend on each other, after a frozen flow has made each of them
// normal. It can serve as a penalty on predictions that reveal a protected attribute, for example: the model outputs both side by
// side, and the gradient passes through the flow but does not change its parameters, which Freeze has marked. The flow should map
// the two groups separately, as maps of single columns do (rbig.Fit's First(0)); a flow fitted to all columns together would remove
// the dependence that is to be measured. Dependence is a BatchLoss. It finds log det by orthogonalizing the columns, and needs more
// rows than columns in every batch.
type Dependence struct {
	Measure Measure      // default MutualInformation
	Frozen  Gaussianizer // maps the output's columns; nil: they are used as they are
	Group   int          // number of columns of A, default 1
}

// Validate reports an unknown measure or a negative Group.
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

// Rows is the measure of the batch, repeated for each row.
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

// standardized returns the columns of z (N×d), each with mean 0 and length 1.
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

// logDet is the log-determinant of the correlation matrix of columns with mean 0 and length 1: Σ_j log of the squared length of
// what remains of column j after projection on the columns before it (Gram–Schmidt).
func logDet(b *graph.Builder, unit []*G.Node) *G.Node {
	logs := []*G.Node{b.Zeros()}
	var basis []*G.Node
	for j, column := range unit {
		n := graph.Rows(column)
		for _, q := range basis {
			column = b.Sub(column, b.Mul(q, b.ExpandLast(b.Dot(q, column), n)))
		}
		if j == 0 { // the first column has length 1
			basis = append(basis, column)
			continue
		}
		square := b.Dot(column, column)
		logs = append(logs, b.Log(square))
		basis = append(basis, b.Mul(column, b.ExpandLast(b.Invert(b.Sqrt(square)), n)))
	}
	return b.Sum(logs...)
}

// LogRatio is log p(a, b) − log p(a) − log p(b) for the columns of a model's output, computed with three frozen flows. A is as many
// columns as Left has, B the others. Its mean is their mutual information. Unlike Dependence it is a loss of each row alone and
// finds any kind of dependence that the flows have learnt. As training moves the output away from what the flows were fitted to, it
// measures less well, and they should be fitted again.
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
		return b.Fail(fmt.Errorf("losses: LogRatio: got Joint of %d columns, Left of %d and Right of %d, want Joint of %d, as the model's output, and as many in Left and Right together", l.Joint.Dim(), a, l.Right.Dim(), d))
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
