package layers

import (
	"encoding/json"
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/conditioning"
	"gaussflow/internal/strictjson"
	"gaussflow/rows"
	"gaussflow/transforms"
)

// Elementwise maps each column by a Transform with parameters of its own,
//
//	z_j = T(x_j; θ_j),  logDet = Σ_j log T′(x_j; θ_j).
//
// The parameters are the parts of the transform, d×Size each, zero at first: the identity. With a context a conditioner
// computes them, θ = conditioner(context). The inverse is as exact as the transform's.
type Elementwise struct {
	elementwise
	config ElementwiseConfig
}

// ElementwiseConfig configures an Elementwise.
type ElementwiseConfig struct {
	Transform   transforms.Transform // required
	Context     int                  // numbers of context a row; default 0: none
	Conditioner MakeConditioner      // reads the context; default MLPConfig{}.New
	Dtype       graph.Dtype          // without a context; with one the conditioner's dtype holds

	described ConditionerDescription // the conditioner as a file describes it, in place of Conditioner
	is        Conditioner            // the layer's own conditioner, in what Config returns
}

// elementwiseJSON is an ElementwiseConfig in a file.
type elementwiseJSON struct {
	Transform   transforms.Description `json:"transform"`
	Context     int                    `json:"context,omitempty"`
	Conditioner ConditionerDescription `json:"conditioner,omitzero"`
	Dtype       graph.Dtype            `json:"dtype,omitempty"`
}

// MarshalJSON writes the transform and the conditioner under their registered names.
func (c ElementwiseConfig) MarshalJSON() (raw []byte, err error) {
	j := elementwiseJSON{Context: c.Context, Dtype: c.Dtype}
	if j.Transform, err = transforms.Describe(c.Transform); err != nil {
		return nil, err
	}
	if c.is != nil {
		if j.Conditioner, err = DescribeConditioner(c.is); err != nil {
			return nil, err
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *ElementwiseConfig) UnmarshalJSON(raw []byte) error {
	var j elementwiseJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	t, err := transforms.New(j.Transform)
	*c = ElementwiseConfig{Transform: t, Context: j.Context, Dtype: j.Dtype, described: j.Conditioner}
	return err
}

// NewElementwise makes a layer that is the identity of ℝᵈ, d = dim, until it is trained or fitted.
func NewElementwise(dim int, c ElementwiseConfig) (*Elementwise, error) {
	if c.Context == 0 {
		return made(dim, c, c.Dtype, elementwiseSpecs, newElementwise)
	}
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

// core makes the layer without its parameters.
func (c ElementwiseConfig) core(dim int) (elementwise, error) {
	if c.Context == 0 && (c.Conditioner != nil || c.described.Kind != "") {
		return elementwise{}, &SettingError{"Elementwise", "Conditioner", "one", "none where the context is 0 numbers: there is nothing that it could read"}
	}
	core := elementwise{name: "Elementwise", dim: dim, transform: c.Transform, context: c.Context}
	return core, core.validate()
}

// with puts the layer together from core and its parameters or conditioner.
func (c ElementwiseConfig) with(core elementwise) (*Elementwise, error) {
	c.is = core.conditioner
	if core.context > 0 {
		in, out := core.widths()
		if err := conditioning.Check(core.conditioner, in, out); err != nil {
			return nil, fmt.Errorf("layers: Elementwise: %w", err)
		}
	}
	return &Elementwise{core, c}, nil
}

func elementwiseSpecs(dim int, c ElementwiseConfig) ([]graph.ParamSpec, error) {
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	if c.Context > 0 {
		in, out := core.widths()
		return ConditionerSpecs(c.described, in, out)
	}
	return core.specs(), nil
}

func newElementwise(dim int, c ElementwiseConfig, params []*graph.Param) (*Elementwise, error) {
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	if c.Context > 0 {
		in, out := core.widths()
		if core.conditioner, err = NewConditioner(c.described, in, out, params); err != nil {
			return nil, err
		}
		return c.with(core)
	}
	if err := checkDtype(params, c.Dtype); err != nil {
		return nil, err
	}
	core.params = params
	return c.with(core)
}

// Config is the configuration.
func (e *Elementwise) Config() ElementwiseConfig { return e.config }

// elementwise is what Elementwise and MixtureCDF share.
type elementwise struct {
	name        string // the layer's name in errors
	dim         int
	transform   transforms.Transform
	context     int
	params      []*graph.Param // one for each part of the transform, if there is no context
	conditioner Conditioner    // reads the context, if there is one
}

func (e *elementwise) validate() error {
	if err := checkDim(e.name, e.dim); err != nil {
		return err
	}
	if err := checkContextDim(e.name, e.context); err != nil {
		return err
	}
	if err := transforms.Validate(e.transform); err != nil {
		return fmt.Errorf("layers: %s: %w", e.name, err)
	}
	return nil
}

// specs declares one parameter for each part.
func (e *elementwise) specs() (specs []graph.ParamSpec) {
	for _, p := range e.transform.Parts() {
		specs = append(specs, graph.ParamSpec{Name: p.Name, Shape: []int{e.dim, p.Size}})
	}
	return specs
}

// widths are how many numbers the conditioner reads and how many it outputs.
func (e *elementwise) widths() (in, out int) {
	return e.context, e.dim * transforms.Width(e.transform)
}

// Dim is d.
func (e *elementwise) Dim() int { return e.dim }

// Domain is the transform's interval for each column, nil if the transform takes all of ℝ: see transforms.Bounded.
func (e *elementwise) Domain() []Interval { return intervalsOf(e.transform, e.dim, nil) }

// Image equals Domain.
func (e *elementwise) Image() []Interval { return e.Domain() }

// ContextDim is how many context values the layer reads.
func (e *elementwise) ContextDim() int { return e.context }

// Params are the parts of the transform, or the conditioner's parameters.
func (e *elementwise) Params() []*graph.Param {
	if e.conditioner != nil {
		return e.conditioner.Params()
	}
	return e.params
}

// Conditioner is the network that computes θ, nil if there is no context.
func (e *elementwise) Conditioner() Conditioner { return e.conditioner }

// Forward maps each column.
func (e *elementwise) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	return e.run(b, x, context, forward)
}

// Inverse maps each column back.
func (e *elementwise) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	return e.run(b, z, context, inverse)
}

func (e *elementwise) run(b *graph.Builder, x, context *G.Node, way direction) (y, logDet *G.Node) {
	if e.transform == nil {
		b.Fail(fmt.Errorf("layers: %w", errNotMade))
		return nil, nil
	}
	var theta transforms.Theta
	if e.conditioner != nil {
		theta = transforms.ThetaPerRow(e.transform.Parts(), e.dim, conditioning.Apply(b, e.conditioner, context))
	} else {
		parts := make([]*G.Node, len(e.params))
		for i, p := range e.params {
			parts[i] = b.Param(p)
		}
		theta = transforms.ThetaOfAll(e.transform.Parts(), e.dim, parts...)
	}
	y, logSlope := way(e.transform)(b, x, theta)
	return y, b.SumLast(logSlope)
}

// InitFrom fits the transform to each column of y; with a context it makes the conditioner the constant that was
// fitted.
func (e *elementwise) InitFrom(y *mat.Dense, at initializers.Site) error {
	if e.transform == nil {
		return fmt.Errorf("layers: InitFrom: %w", errNotMade)
	}
	op := "layers: " + e.name + ": InitFrom"
	if err := rows.Check(op, y, e.dim); err != nil {
		return err
	}
	columns := make([]int, e.dim)
	for j := range columns {
		columns[j] = j
	}
	fit := func(dtype graph.Dtype) ([]float64, error) {
		return fitColumns(op, e.transform, y, columns, false, at, dtype)
	}
	if e.conditioner != nil {
		seen, err := knownRows(op, y, nil, at, e.context)
		if err != nil {
			return err
		}
		return setConstant(op, e.conditioner, seen, fit)
	}
	theta, err := fit(e.params[0].Dtype())
	if err != nil {
		return err
	}
	return e.set(theta)
}

// set sets the parameters to theta, in the order of θ.
func (e *elementwise) set(theta []float64) error {
	for _, p := range e.params {
		if err := p.Set(theta[:p.Size()]); err != nil {
			return err
		}
		theta = theta[p.Size():]
	}
	return nil
}
