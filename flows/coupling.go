package flows

import (
	"errors"
	"fmt"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
)

// CouplingConfig configures NewCoupling; the zero value is the default.
type CouplingConfig struct {
	Blocks     int                       `json:"blocks,omitempty"`     // default 4
	Components int                       `json:"components,omitempty"` // K, default 8
	Hidden     []int                     `json:"hidden,omitzero"`      // widths of the conditioners, default 64, 64
	Activation graph.Activation          `json:"activation,omitempty"` // default relu
	Kernel     initializers.Distribution `json:"kernel,omitempty"`     // of the hidden layers, default glorot_uniform
	Mask       layers.Mask               `json:"mask,omitempty"`       // true: identity half of the first coupling; default HalfMask
	ScaleClamp layers.ScaleClamp         `json:"scale_clamp,omitzero"` // default initializers.DefaultScaleClamp
	Shared     bool                      `json:"shared,omitempty"`     // one mixture for all transformed columns
	NoRotation bool                      `json:"no_rotation,omitempty"`
	Reflectors int                       `json:"reflectors,omitempty"` // of each rotation, default d
	Seed       uint64                    `json:"seed,omitempty"`       // default 0
	Dtype      graph.Dtype               `json:"dtype,omitempty"`
}

// Validate reports fields out of range.
func (c CouplingConfig) Validate() error {
	return errors.Join(validSizes("CouplingConfig", c.Blocks, c.Components, c.Reflectors), c.Dtype.Validate())
}

// NewCoupling makes the coupling flow of d ≥ 2 columns: Blocks × [Householder?, coupling(mask), coupling(¬mask)],
// so that both halves are transformed in each block. It starts as its rotations.
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
		s.add(fmt.Sprintf("block%d.coupling_a", i), with(layers.NewMixtureCDFCoupling(dim, c.layer(c.Mask, 2*seed))))
		s.add(fmt.Sprintf("block%d.coupling_b", i), with(layers.NewMixtureCDFCoupling(dim, c.layer(c.Mask.Not(), 2*seed+1))))
	}
	return s.flow()
}

func (c CouplingConfig) layer(mask layers.Mask, seed uint64) layers.MixtureCDFCouplingConfig {
	return layers.MixtureCDFCouplingConfig{
		Mask: mask, Components: c.Components, ScaleClamp: c.ScaleClamp, Shared: c.Shared, Dtype: c.Dtype,
		MLP: layers.MLPConfig{Hidden: c.Hidden, Activation: c.Activation, Kernel: c.Kernel, Seed: seed},
	}
}
