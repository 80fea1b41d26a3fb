package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// Support maps columns that are confined to an interval onto all of ℝ, each by an increasing curve of its own. A flow of a table
// with a column of proportions, one of waiting times and one that is unbounded begins with
//
//	layers.NewSupport(layers.Logit(0, 1), layers.Log(0), layers.Everywhere())
//
// and has no density outside. z_j = c_j(x_j), logDet = Σ_j log c_j′(x_j). There are no parameters. A row with a number outside its
// interval, or at an end of it, has logDet −∞ and so log p = −∞: it is impossible, not an error. For every z the x that Inverse
// returns lies inside: where rounding would put it at an end, it is the nearest number inside.
//
// The other direction, a sigmoid or an exponential, is Invert(NewSupport(…)).
type Support struct{ config SupportConfig }

// SupportConfig configures a Support.
type SupportConfig struct {
	Columns []Column `json:"columns"` // one for each column of the data
}

// A Column is an interval and a curve that maps it to ℝ; the zero value is all of ℝ and leaves x unchanged.
type Column = kernel.Support

// Everywhere is z = x.
func Everywhere() Column { return Column{} }

// Logit is z = log (x − lo)/(hi − x), lo < x < hi.
func Logit(lo, hi float64) Column { return Column{Kind: kernel.SupportLogit, Lo: lo, Hi: hi} }

// Atanh is z = ½·log (x − lo)/(hi − x), lo < x < hi: the inverse of tanh if lo = −1 and hi = 1.
func Atanh(lo, hi float64) Column { return Column{Kind: kernel.SupportAtanh, Lo: lo, Hi: hi} }

// Log is z = log(x − lo), x > lo.
func Log(lo float64) Column { return Column{Kind: kernel.SupportLog, Lo: lo} }

// LogBelow is z = −log(hi − x), x < hi.
func LogBelow(hi float64) Column { return Column{Kind: kernel.SupportLogBelow, Hi: hi} }

// SoftplusInverse is z = log(exp(x − lo) − 1), x > lo: near lo a logarithm, far from it x − lo.
func SoftplusInverse(lo float64) Column { return Column{Kind: kernel.SupportSoftplus, Lo: lo} }

// BoxCox is z = ((x − lo)^λ − 1)/λ, or Log(lo) if λ is 0; x > lo. Unless λ is 0, z is bounded on one side by −1/λ: what mass the
// base has beyond that bound is missing in x, and a sample from there is an error. YeoJohnson, or Log followed by a transform, have
// no such bound.
//
// Source: Box & Cox 1964, Journal of the Royal Statistical Society B 26, 211–252.
func BoxCox(lo, lambda float64) Column {
	return Column{Kind: kernel.SupportBoxCox, Lo: lo, Lambda: lambda}
}

// YeoJohnson is z = ((1 + x)^λ − 1)/λ for x ≥ 0 and −((1 − x)^(2−λ) − 1)/(2 − λ) for x < 0, 0 ≤ λ ≤ 2, with a logarithm where an
// exponent is 0; x is any number. transforms.YeoJohnson is the same with a trained λ.
//
// Source: Yeo & Johnson 2000, Biometrika 87, 954–959.
func YeoJohnson(lambda float64) Column {
	return Column{Kind: kernel.SupportYeoJohnson, Lambda: lambda}
}

// NewSupport makes a layer with these columns.
func NewSupport(columns ...Column) (*Support, error) {
	c := SupportConfig{append([]Column(nil), columns...)}
	if _, err := supportSpecs(len(columns), c); err != nil {
		return nil, err
	}
	return &Support{c}, nil
}

func supportSpecs(dim int, c SupportConfig) ([]graph.ParamSpec, error) {
	if err := checkDim("Support", dim); err != nil {
		return nil, err
	}
	if len(c.Columns) != dim {
		return nil, &SettingError{"Support", "Columns", fmt.Sprintf("%d entries", len(c.Columns)), fmt.Sprintf("one for each of %d columns", dim)}
	}
	for j, column := range c.Columns {
		if err := column.Validate(); err != nil {
			return nil, fmt.Errorf("layers: Support: column %d (from 0): %w", j, err)
		}
	}
	return nil, nil
}

func newSupport(_ int, c SupportConfig, _ []*graph.Param) (*Support, error) {
	return NewSupport(c.Columns...)
}

// Dim is d.
func (s *Support) Dim() int { return len(s.config.Columns) }

// Params is empty.
func (s *Support) Params() []*graph.Param { return nil }

// Config is the configuration.
func (s *Support) Config() SupportConfig {
	return SupportConfig{append([]Column(nil), s.config.Columns...)}
}

// Domain is each column's interval.
func (s *Support) Domain() []Interval { return s.intervals(Column.Bounds) }

// Image is the interval that each column's curve maps to: ℝ, except for a BoxCox.
func (s *Support) Image() []Interval { return s.intervals(Column.Image) }

func (s *Support) intervals(of func(Column) (lo, hi float64)) []Interval {
	all := make([]Interval, len(s.config.Columns))
	for j, c := range s.config.Columns {
		all[j].Lo, all[j].Hi = of(c)
	}
	return all
}

// Forward maps the columns to ℝ.
func (s *Support) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	z, logSlope := b.Support(x, s.config.Columns)
	return z, b.SumLast(logSlope)
}

// Inverse maps them back.
func (s *Support) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	x, logSlope := b.SupportInverse(z, s.config.Columns)
	return x, b.SumLast(logSlope)
}
