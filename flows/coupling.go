package flows

import (
	"encoding/json"
	"errors"
	"fmt"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// CouplingConfig configures NewCoupling; the zero value is the default.
type CouplingConfig struct {
	Blocks     int                       `json:"blocks,omitempty"`     // default 4
	Transform  transforms.Transform      `json:"transform,omitempty"`  // default a Gaussian mixture of Components and ScaleClamp
	Components int                       `json:"components,omitempty"` // K, default 8
	Hidden     []int                     `json:"hidden,omitzero"`      // widths of the conditioners, default 64, 64
	Activation graph.Activation          `json:"activation,omitempty"` // default relu
	Kernel     initializers.Distribution `json:"kernel,omitempty"`     // of the hidden layers, default glorot_uniform
	Residual   bool                      `json:"residual,omitempty"`   // conditioners with short cuts: see layers.MLPConfig
	Mask       layers.Mask               `json:"mask,omitempty"`       // true: identity half of the first coupling; default HalfMask
	ScaleClamp layers.ScaleClamp         `json:"scale_clamp,omitzero"` // default initializers.DefaultScaleClamp
	Shared     bool                      `json:"shared,omitempty"`     // one set of parameters for all transformed columns
	NoRotation bool                      `json:"no_rotation,omitempty"`
	Reflectors int                       `json:"reflectors,omitempty"` // of each rotation, default d
	Context    int                       `json:"context,omitempty"`    // numbers of context a row; default 0: none
	Seed       uint64                    `json:"seed,omitempty"`       // default 0
	Dtype      graph.Dtype               `json:"dtype,omitempty"`
}

// Validate reports fields out of range.
func (c CouplingConfig) Validate() error {
	if c.Transform != nil && (c.Components != 0 || c.ScaleClamp != (layers.ScaleClamp{})) {
		return fmt.Errorf("flows: CouplingConfig: Components = %d and ScaleClamp = %+v beside Transform = %T, want them in a transforms.GaussianMixtureCDF",
			c.Components, c.ScaleClamp, c.Transform)
	}
	return errors.Join(validSizes("CouplingConfig", c.Blocks, c.Components, c.Reflectors, c.Context), c.Dtype.Validate())
}

// MarshalJSON writes the transform under its registered name.
func (c CouplingConfig) MarshalJSON() ([]byte, error) {
	type plain CouplingConfig
	t, err := describeTransform(c.Transform)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		plain
		Transform *transforms.Description `json:"transform,omitempty"`
	}{plain(c), t})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *CouplingConfig) UnmarshalJSON(raw []byte) (err error) {
	type plain CouplingConfig
	var j struct {
		plain
		Transform *transforms.Description `json:"transform"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*c = CouplingConfig(j.plain)
	c.Transform, err = describedTransform(j.Transform)
	return err
}

// NewCoupling makes the coupling flow of d ≥ 2 columns: Blocks × [Householder?, coupling(mask), coupling(¬mask)], so that both
// halves are transformed in each block. Before training its couplings are identities and only its rotations act. With
// transforms.Affine it is a RealNVP (Dinh et al. 2017, arXiv:1605.08803), with transforms.RationalQuadraticSpline a neural spline
// flow (Durkan et al. 2019, arXiv:1906.04032).
func NewCoupling(dim int, c CouplingConfig) (*Flow, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if dim < 2 {
		return nil, fmt.Errorf("flows: NewCoupling: dim = %d, want ≥ 2: a coupling needs a column in each half", dim)
	}
	c.Blocks = defaults.Or(c.Blocks, 4)
	if c.Mask == nil {
		c.Mask = layers.HalfMask(dim)
	}
	var s stack
	for i := 0; s.goesOn(i, c.Blocks); i++ {
		seed := layerSeed(c.Seed, i)
		if !c.NoRotation {
			s.add(fmt.Sprintf("block%d.rotation", i), with(layers.NewHouseholder(dim, layers.HouseholderConfig{
				Reflectors: c.Reflectors, Seed: seed, Dtype: c.Dtype})))
		}
		s.add(fmt.Sprintf("block%d.coupling_a", i), c.layer(dim, c.Mask, 2*seed))
		s.add(fmt.Sprintf("block%d.coupling_b", i), c.layer(dim, c.Mask.Not(), 2*seed+1))
	}
	return s.flow()
}

// layer makes one coupling.
func (c CouplingConfig) layer(dim int, mask layers.Mask, seed uint64) made {
	mlp := layers.MLPConfig{Hidden: c.Hidden, Activation: c.Activation, Kernel: c.Kernel, Residual: c.Residual, Seed: seed}
	if c.Transform == nil {
		return with(layers.NewMixtureCDFCoupling(dim, layers.MixtureCDFCouplingConfig{
			Mask: mask, Components: c.Components, ScaleClamp: c.ScaleClamp, Shared: c.Shared, MLP: mlp, Context: c.Context, Dtype: c.Dtype}))
	}
	mlp.Dtype = c.Dtype
	return with(layers.NewCoupling(dim, layers.CouplingConfig{
		Mask: mask, Transform: c.Transform, Conditioner: mlp.New, Shared: c.Shared, Context: c.Context}))
}
