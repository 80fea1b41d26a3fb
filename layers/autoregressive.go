package layers

import (
	"encoding/json"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/conditioning"
	"gaussflow/internal/strictjson"
	"gaussflow/rows"
	"gaussflow/transforms"
)

// Autoregressive maps each column by a Transform whose parameters a conditioner computes from the columns before it in an order
// and, if there is one, the context:
//
//	z_j = T(x_j; θ_j),  θ = conditioner(x, context),  θ_j a function of the columns before j,  logDet = Σ_j log T′(x_j; θ_j).
//
// θ is N×(d·Width(T)): the first part of the transform's parameters for all d columns, then the second part, and so on. One
// evaluation of the conditioner gives all of θ, so a density costs one evaluation; the inverse finds one column after another and
// costs d, of which a MaskedMLP computes only what the column found before adds. With FastSampling it is the other way round: the
// conditioner reads z, θ = conditioner(z, context), and a sample costs one evaluation, a density d. Where θ is zero, as from a
// fresh MaskedMLP, the layer is the identity. The inverse is as exact as the transform's.
//
// Source: Papamakarios et al. 2017, arXiv:1705.07057 (masked autoregressive flows); with FastSampling Kingma et al. 2016,
// arXiv:1606.04934 (inverse autoregressive flows).
type Autoregressive struct {
	config      AutoregressiveConfig
	of          Autoregression
	conditioner Conditioner
}

// AutoregressiveConfig configures an Autoregressive.
type AutoregressiveConfig struct {
	Transform    transforms.Transform          // required
	Order        []int                         // a permutation of the columns; default 0, 1, …, d−1
	Conditioner  MakeAutoregressiveConditioner // default MLPConfig{}.Masked
	FastSampling bool                          // the conditioner reads z, not x
	Context      int                           // numbers of context a row that the conditioner reads; default 0: none

	described ConditionerDescription // the conditioner as a file describes it, in place of Conditioner
	is        Conditioner            // the layer's own conditioner, in what Config returns
}

// autoregressiveJSON is an AutoregressiveConfig in a file.
type autoregressiveJSON struct {
	Transform    transforms.Description `json:"transform"`
	Order        []int                  `json:"order,omitempty"`
	Conditioner  ConditionerDescription `json:"conditioner"`
	FastSampling bool                   `json:"fast_sampling,omitempty"`
	Context      int                    `json:"context,omitempty"`
}

// MarshalJSON writes the transform and the conditioner under their registered names.
func (c AutoregressiveConfig) MarshalJSON() ([]byte, error) {
	t, err := transforms.Describe(c.Transform)
	if err != nil {
		return nil, err
	}
	d, err := DescribeConditioner(c.is)
	if err != nil {
		return nil, err
	}
	return json.Marshal(autoregressiveJSON{t, c.Order, d, c.FastSampling, c.Context})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *AutoregressiveConfig) UnmarshalJSON(raw []byte) error {
	var j autoregressiveJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	t, err := transforms.New(j.Transform)
	*c = AutoregressiveConfig{Transform: t, Order: j.Order, FastSampling: j.FastSampling, Context: j.Context, described: j.Conditioner}
	return err
}

// NewAutoregressive makes a layer that is the identity of ℝᵈ, d = dim, until it is trained or fitted.
func NewAutoregressive(dim int, c AutoregressiveConfig) (*Autoregressive, error) {
	of, err := c.of(dim)
	if err != nil {
		return nil, err
	}
	if c.Conditioner == nil {
		c.Conditioner = MLPConfig{}.Masked
	}
	conditioner, err := c.Conditioner(of)
	if err != nil {
		return nil, err
	}
	return c.with(of, conditioner)
}

// of is the Autoregression of this configuration.
func (c AutoregressiveConfig) of(dim int) (of Autoregression, err error) {
	if err := checkDim("Autoregressive", dim); err != nil {
		return of, err
	}
	if dim > maxDim {
		return of, fmt.Errorf("layers: Autoregressive: dim = %d, want at most %d", dim, maxDim)
	}
	if err := transforms.Validate(c.Transform); err != nil {
		return of, fmt.Errorf("layers: Autoregressive: %w", err)
	}
	of = Autoregression{Order: slices.Clone(c.Order), Context: c.Context}
	if of.Order == nil {
		of.Order = inOrderOf(dim)
	}
	for _, p := range c.Transform.Parts() {
		of.Parts = append(of.Parts, p.Size)
	}
	if len(of.Order) != dim {
		return of, fmt.Errorf("layers: Autoregressive: Order has %d columns, want each of %d once", len(of.Order), dim)
	}
	if err := of.Validate(); err != nil {
		return of, fmt.Errorf("layers: Autoregressive: %w", err)
	}
	return of, nil
}

// with puts the layer together; it builds the conditioner once and checks the output. A MaskedMLP that was made for another layer would
// let a column depend on itself, so that z would not determine x.
func (c AutoregressiveConfig) with(of Autoregression, conditioner Conditioner) (*Autoregressive, error) {
	in, out := of.widths()
	if err := conditioning.Check(conditioner, in, out); err != nil {
		return nil, fmt.Errorf("layers: Autoregressive: %w", err)
	}
	if m, masked := conditioner.(*MaskedMLP); masked && !m.of.equal(of) {
		return nil, fmt.Errorf("layers: Autoregressive: conditioner: got a MaskedMLP made for %+v, want one for %+v", m.of, of)
	}
	if c.is = conditioner; c.Order != nil {
		c.Order = of.Order
	}
	return &Autoregressive{c, of, conditioner}, nil
}

func autoregressiveSpecs(dim int, c AutoregressiveConfig) ([]graph.ParamSpec, error) {
	of, err := c.of(dim)
	if err != nil {
		return nil, err
	}
	return conditionerSpecs(c.described, widths{of: &of})
}

func newAutoregressive(dim int, c AutoregressiveConfig, params []*graph.Param) (*Autoregressive, error) {
	of, err := c.of(dim)
	if err != nil {
		return nil, err
	}
	conditioner, err := newConditioner(c.described, widths{of: &of}, params)
	if err != nil {
		return nil, err
	}
	return c.with(of, conditioner)
}

// Config is the configuration.
func (a *Autoregressive) Config() AutoregressiveConfig {
	c := a.config
	c.Order = slices.Clone(c.Order)
	return c
}

// Dim is d.
func (a *Autoregressive) Dim() int { return len(a.of.Order) }

// Domain is the transform's interval for each column, nil if the transform takes all of ℝ: see transforms.Bounded.
func (a *Autoregressive) Domain() []Interval { return intervalsOf(a.config.Transform, a.Dim(), nil) }

// Image equals Domain.
func (a *Autoregressive) Image() []Interval { return a.Domain() }

// ContextDim is how many context values the conditioner reads.
func (a *Autoregressive) ContextDim() int { return a.of.Context }

// Params are the conditioner's parameters.
func (a *Autoregressive) Params() []*graph.Param {
	if a.conditioner == nil {
		return nil
	}
	return a.conditioner.Params()
}

// Conditioner is the network that computes θ.
func (a *Autoregressive) Conditioner() Conditioner { return a.conditioner }

// Forward maps x to z with one evaluation of the conditioner, or d with FastSampling.
func (a *Autoregressive) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	return a.run(b, x, context, forward, !a.config.FastSampling)
}

// Inverse maps z to x with d evaluations of the conditioner, or one with FastSampling.
func (a *Autoregressive) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	return a.run(b, z, context, inverse, a.config.FastSampling)
}

// run maps v to y. If reads is true the conditioner reads v, which is known; otherwise it reads y, which is found
// column by column.
func (a *Autoregressive) run(b *graph.Builder, v, context *G.Node, way direction, reads bool) (y, logDet *G.Node) {
	if a.conditioner == nil {
		b.Fail(fmt.Errorf("layers: %w", errNotMade))
		return nil, nil
	}
	if a.of.Context == 0 {
		context = nil
	}
	theta := func(b *graph.Builder, x, context *G.Node) *G.Node {
		return conditioning.Apply(b, a.conditioner, known(b, x, context, a.of.Context))
	}
	each := func(b *graph.Builder, v, theta *G.Node) (y, logSlope *G.Node) {
		t := a.config.Transform
		return way(t)(b, v, transforms.ThetaPerRow(t.Parts(), graph.Cols(v), theta))
	}
	var logSlope *G.Node
	if reads {
		y, logSlope = each(b, v, theta(b, v, context))
	} else {
		_, byDegree := a.conditioner.(*MaskedMLP)
		y, logSlope = b.Recurse(graph.Recursion{
			Order: a.of.Order, Parts: a.of.Parts, Params: a.Params(), Theta: theta, Map: each, ByDegree: byDegree,
		}, v, context)
	}
	return y, b.SumLast(logSlope)
}

// InitFrom makes the conditioner a constant, the parameters that Gaussianize the columns of y one by one: the layer then equals an
// Elementwise fitted with the same seeds. Hidden layers are drawn again to suit what the conditioner will read, x or z: see
// MLP.StartFrom.
func (a *Autoregressive) InitFrom(y *mat.Dense, at initializers.Site) error {
	const op = "layers: Autoregressive: InitFrom"
	if a.conditioner == nil {
		return fmt.Errorf("layers: InitFrom: %w", errNotMade)
	}
	if err := rows.Check(op, y, a.Dim()); err != nil {
		return err
	}
	columns := inOrderOf(a.Dim())
	reads := y
	if a.config.FastSampling {
		reads = standardized(y)
	}
	seen, err := knownRows(op, reads, columns, at, a.of.Context)
	if err != nil {
		return err
	}
	return setConstant(op, a.conditioner, seen, func(dtype graph.Dtype) ([]float64, error) {
		return fitColumns(op, a.config.Transform, y, columns, false, at, dtype)
	})
}

// standardized is y with its columns on scale 1. To a conditioner this is close enough to the output of the fitted
// layer.
func standardized(y *mat.Dense) *mat.Dense {
	z := mat.DenseCopyOf(y)
	n, d := y.Dims()
	for j := range d {
		mean, std := rows.MeanStd(mat.Col(nil, j, y))
		for i := range n {
			if std > 0 {
				z.Set(i, j, (y.At(i, j)-mean)/std)
			}
		}
	}
	return z
}
