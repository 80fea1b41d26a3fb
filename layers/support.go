package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// Support takes columns that are not spread over all of ℝ to it, each by an increasing curve of its own: a flow of a table with a
// column of proportions and one of waiting times begins with
//
//	layers.NewSupport(layers.Logit(0, 1), layers.Log(0), layers.Everywhere())
//
// and puts no density outside. z_j = c_j(x_j), logDet = Σ_j log c_j′(x_j). There are no parameters. A row with a number outside, on an
// end of the interval too, has logDet −∞, and so log p = −∞: it is impossible, not an error. Of whatever z, the x that Inverse gives
// lies inside: the nearest number that does where rounding would put it on an end.
//
// The other direction, a sigmoid or an exponential, is Invert(NewSupport(…)).
type Support struct{ config SupportConfig }

// SupportConfig configures a Support.
type SupportConfig struct {
	Columns []Column `json:"columns"` // one for each column
}

// A Column is an interval and a curve that takes it to ℝ; the zero value is all of ℝ and leaves x as it is.
type Column = kernel.Support

// Everywhere is z = x.
func Everywhere() Column { return Column{} }

// Logit is z = log (x − lo)/(hi − x), lo < x < hi.
func Logit(lo, hi float64) Column { return Column{Kind: kernel.SupportLogit, Lo: lo, Hi: hi} }

// Atanh is z = ½·log (x − lo)/(hi − x), lo < x < hi: the inverse of tanh where they are −1 and 1.
func Atanh(lo, hi float64) Column { return Column{Kind: kernel.SupportAtanh, Lo: lo, Hi: hi} }

// Log is z = log(x − lo), x > lo.
func Log(lo float64) Column { return Column{Kind: kernel.SupportLog, Lo: lo} }

// LogBelow is z = −log(hi − x), x < hi.
func LogBelow(hi float64) Column { return Column{Kind: kernel.SupportLogBelow, Hi: hi} }

// SoftplusInverse is z = log(exp(x − lo) − 1), x > lo: a logarithm near lo, and x itself far from it.
func SoftplusInverse(lo float64) Column { return Column{Kind: kernel.SupportSoftplus, Lo: lo} }

// BoxCox is z = ((x − lo)^λ − 1)/λ, and Log(lo) where λ is 0; x > lo. Unless λ is 0, z is bounded on one side by −1/λ: a base that has
// some of its mass beyond lacks it in x, and a sample from there is an error. YeoJohnson, or Log and then a transform, lack nothing.
//
// Source: Box & Cox 1964, Journal of the Royal Statistical Society B 26, 211–252.
func BoxCox(lo, lambda float64) Column {
	return Column{Kind: kernel.SupportBoxCox, Lo: lo, Lambda: lambda}
}

// YeoJohnson is z = ((1 + x)^λ − 1)/λ for x ≥ 0 and −((1 − x)^(2−λ) − 1)/(2 − λ) for x < 0, 0 ≤ λ ≤ 2, logarithms where a power is 0;
// x is any number. transforms.YeoJohnson has a λ that is trained.
//
// Source: Yeo & Johnson 2000, Biometrika 87, 954–959.
func YeoJohnson(lambda float64) Column {
	return Column{Kind: kernel.SupportYeoJohnson, Lambda: lambda}
}

// NewSupport makes a layer of so many columns.
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

// Params are none.
func (s *Support) Params() []*graph.Param { return nil }

// Config is the configuration.
func (s *Support) Config() SupportConfig {
	return SupportConfig{append([]Column(nil), s.config.Columns...)}
}

// Domain has each column's interval.
func (s *Support) Domain() []Interval { return s.intervals(Column.Bounds) }

// Image has what each column's curve takes it to: ℝ, but for a BoxCox.
func (s *Support) Image() []Interval { return s.intervals(Column.Image) }

func (s *Support) intervals(of func(Column) (lo, hi float64)) []Interval {
	all := make([]Interval, len(s.config.Columns))
	for j, c := range s.config.Columns {
		all[j].Lo, all[j].Hi = of(c)
	}
	return all
}

// Forward takes the columns to ℝ.
func (s *Support) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	z, logSlope := b.Support(x, s.config.Columns)
	return z, b.SumLast(logSlope)
}

// Inverse takes them back.
func (s *Support) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	x, logSlope := b.SupportInverse(z, s.config.Columns)
	return x, b.SumLast(logSlope)
}
