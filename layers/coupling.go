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

// Coupling maps half of the columns by a Transform whose parameters a conditioner computes from the other half and, if there is
// one, the context:
//
//	z_a = x_a,  z_b,i = T(x_b,i; θ_i),  θ = conditioner(x_a, context),  logDet = Σ_{i∈b} log T′(x_b,i; θ_i).
//
// θ is N×(d_b·Width(T)): the first part of the transform's parameters for all d_b columns, then the second part, and so on. Where θ
// is zero, as from a fresh MLP, the layer is the identity. The inverse is as exact as the transform's, because it conditions on the
// unchanged half.
//
// Source: Dinh et al. 2017, arXiv:1605.08803.
type Coupling struct {
	coupling
	config CouplingConfig
}

// CouplingConfig configures a Coupling.
type CouplingConfig struct {
	Mask        Mask                 // true: identity half; default HalfMask
	Transform   transforms.Transform // required
	Conditioner MakeConditioner      // default MLPConfig{}.New
	Shared      bool                 // one set of parameters for all transformed columns
	Context     int                  // numbers of context a row that the conditioner reads; default 0: none

	described ConditionerDescription // the conditioner as a file describes it, in place of Conditioner
	is        Conditioner            // the layer's own conditioner, in what Config returns
}

// couplingJSON is a CouplingConfig in a file.
type couplingJSON struct {
	Mask        Mask                   `json:"mask,omitempty"`
	Transform   transforms.Description `json:"transform"`
	Conditioner ConditionerDescription `json:"conditioner"`
	Shared      bool                   `json:"shared,omitempty"`
	Context     int                    `json:"context,omitempty"`
}

// MarshalJSON writes the transform and the conditioner under their registered names.
func (c CouplingConfig) MarshalJSON() ([]byte, error) {
	t, err := transforms.Describe(c.Transform)
	if err != nil {
		return nil, err
	}
	d, err := DescribeConditioner(c.is)
	if err != nil {
		return nil, err
	}
	return json.Marshal(couplingJSON{c.Mask, t, d, c.Shared, c.Context})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *CouplingConfig) UnmarshalJSON(raw []byte) error {
	var j couplingJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	t, err := transforms.New(j.Transform)
	*c = CouplingConfig{Mask: j.Mask, Transform: t, Shared: j.Shared, Context: j.Context, described: j.Conditioner}
	return err
}

// NewCoupling makes a layer that is the identity of ℝᵈ, d = dim, until it is trained or fitted.
func NewCoupling(dim int, c CouplingConfig) (*Coupling, error) {
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	if c.Conditioner == nil {
		c.Conditioner = MLPConfig{}.New
	}
	if core.conditioner, err = c.Conditioner(core.widths()); err != nil {
		return nil, err
	}
	return c.with(core)
}

// core makes the layer without its conditioner.
func (c CouplingConfig) core(dim int) (coupling, error) {
	if c.Mask == nil {
		c.Mask = HalfMask(dim)
	}
	core := coupling{name: "Coupling", dim: dim, mask: slices.Clone(c.Mask), transform: c.Transform, shared: c.Shared, context: c.Context}
	return core, core.validate()
}

// with puts the layer together from core and the conditioner.
func (c CouplingConfig) with(core coupling) (*Coupling, error) {
	c.Mask, c.is = core.mask, core.conditioner
	return &Coupling{core, c}, core.probe()
}

func couplingSpecs(dim int, c CouplingConfig) ([]graph.ParamSpec, error) {
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	in, out := core.widths()
	return ConditionerSpecs(c.described, in, out)
}

func newCoupling(dim int, c CouplingConfig, params []*graph.Param) (*Coupling, error) {
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	in, out := core.widths()
	if core.conditioner, err = NewConditioner(c.described, in, out, params); err != nil {
		return nil, err
	}
	return c.with(core)
}

// Config is the configuration with its defaults filled in.
func (c *Coupling) Config() CouplingConfig {
	config := c.config
	config.Mask = slices.Clone(config.Mask)
	return config
}

// coupling is what Coupling and MixtureCDFCoupling share.
type coupling struct {
	name        string // the layer's name in errors
	dim         int
	mask        Mask
	transform   transforms.Transform
	shared      bool
	context     int
	conditioner Conditioner
}

func (c *coupling) validate() error {
	if err := checkDim(c.name, c.dim); err != nil {
		return err
	}
	if err := checkContextDim(c.name, c.context); err != nil {
		return err
	}
	if c.dim > maxDim {
		return fmt.Errorf("layers: %s: dim = %d, want at most %d", c.name, c.dim, maxDim)
	}
	for _, err := range []error{c.mask.Validate(c.dim), transforms.Validate(c.transform)} {
		if err != nil {
			return fmt.Errorf("layers: %s: %w", c.name, err)
		}
	}
	return nil
}

// sets is how many sets of parameters the conditioner outputs for a row.
func (c *coupling) sets() int {
	if c.shared {
		return 1
	}
	return c.mask.Count(false)
}

// widths are how many numbers the conditioner reads and how many it outputs.
func (c *coupling) widths() (in, out int) {
	return c.mask.Count(true) + c.context, c.sets() * transforms.Width(c.transform)
}

// probe builds the conditioner once and checks the output.
func (c *coupling) probe() error {
	in, out := c.widths()
	if err := conditioning.Check(c.conditioner, in, out); err != nil {
		return fmt.Errorf("layers: %s: %w", c.name, err)
	}
	return nil
}

// Dim is d.
func (c *coupling) Dim() int { return c.dim }

// Domain is the transform's interval for each transformed column, nil if the transform takes all of ℝ: see transforms.Bounded.
func (c *coupling) Domain() []Interval { return intervalsOf(c.transform, c.dim, c.mask) }

// Image equals Domain.
func (c *coupling) Image() []Interval { return c.Domain() }

// ContextDim is how many context values the conditioner reads.
func (c *coupling) ContextDim() int { return c.context }

// Params are the conditioner's parameters.
func (c *coupling) Params() []*graph.Param {
	if c.conditioner == nil {
		return nil
	}
	return c.conditioner.Params()
}

// Conditioner is the network that computes θ.
func (c *coupling) Conditioner() Conditioner { return c.conditioner }

// Forward transforms the columns for which the mask is false.
func (c *coupling) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	return c.run(b, x, context, forward)
}

// Inverse undoes Forward. It conditions on the identity half, which Forward left unchanged.
func (c *coupling) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	return c.run(b, z, context, inverse)
}

func (c *coupling) run(b *graph.Builder, x, context *G.Node, way direction) (y, logDet *G.Node) {
	if c.conditioner == nil {
		b.Fail(fmt.Errorf("layers: %w", errNotMade))
		return nil, nil
	}
	xa, xb := b.Split(x, c.mask)
	theta := conditioning.Apply(b, c.conditioner, known(b, xa, context, c.context))
	if c.shared {
		theta = repeat(b, theta, c.transform, c.mask.Count(false))
	}
	half, logSlope := way(c.transform)(b, xb, transforms.ThetaPerRow(c.transform.Parts(), c.mask.Count(false), theta))
	return b.Join(xa, half, c.mask), b.SumLast(logSlope)
}

// repeat gives each of d columns the set of parameters in theta.
func repeat(b *graph.Builder, theta *G.Node, t transforms.Transform, d int) *G.Node {
	parts := t.Parts()
	equal := true
	for _, p := range parts {
		equal = equal && p.Size == parts[0].Size
	}
	if equal {
		return b.RepeatBlocks(theta, len(parts), d)
	}
	var all *G.Node
	from := 0
	for i, p := range parts {
		part := b.RepeatBlocks(b.Columns(theta, from, p.Size), 1, d)
		if i == 0 {
			all = part
		} else {
			all = b.Beside(all, part)
		}
		from += p.Size
	}
	return all
}

// InitFrom makes the conditioner a constant, the parameters that Gaussianize the transformed columns of y one by one: on those
// columns the layer then equals an Elementwise fitted with the same seeds. A shared set is fitted to these columns pooled, so that
// the warm start passes on exactly what the layer computes. An MLP's hidden layers are drawn again: see MLP.StartFrom.
func (c *coupling) InitFrom(y *mat.Dense, at initializers.Site) error {
	if c.conditioner == nil {
		return fmt.Errorf("layers: InitFrom: %w", errNotMade)
	}
	op := "layers: " + c.name + ": InitFrom"
	if err := rows.Check(op, y, c.dim); err != nil {
		return err
	}
	seen, err := knownRows(op, y, c.mask.Columns(true), at, c.context)
	if err != nil {
		return err
	}
	columns := c.mask.Columns(false)
	return setConstant(op, c.conditioner, seen, func(dtype graph.Dtype) ([]float64, error) {
		return fitColumns(op, c.transform, y, columns, c.shared, at, dtype)
	})
}
