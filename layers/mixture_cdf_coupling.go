package layers

import (
	"fmt"
	"slices"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/transforms"
)

// MixtureCDFCoupling is the conditional Gaussianization layer: a Coupling with transforms.GaussianMixtureCDF, whose network θ
// computes the mixtures of the transformed half,
//
//	z_a = x_a,  z_b,i = Φ⁻¹(F(x_b,i; θ_i(x_a))),   θ_i(x_a, context) where there is one,
//	logDet = Σ_{i∈b} [log f(x_b,i; θ_i(x_a)) − log φ(z_b,i)].
//
// θ(x_a) is N×(3·d_b·K): logits, means and raw log scales, in this order, each d_b×K; ScaleClamp bounds the log
// scales. With a zero conditioner (a fresh MLP) it is the identity; with a constant one it is a MixtureCDF on
// the transformed half.
//
// In the identity all K components are the same normal, so their gradients are equal too and training would keep them equal. A fit of
// a fresh layer therefore begins with components that differ: see StartTraining. InitFrom makes them differ too.
//
// Source: Dinh et al. 2017, arXiv:1605.08803 (coupling); Ho et al. 2019, arXiv:1902.00275 (mixture CDFs in couplings).
// Unlike theirs, nothing is clipped and z is Gaussian, not logistic.
type MixtureCDFCoupling struct {
	coupling
	config MixtureCDFCouplingConfig
}

// MixtureCDFCouplingConfig configures a MixtureCDFCoupling; the zero value is the default.
type MixtureCDFCouplingConfig struct {
	Mask       Mask        `json:"mask,omitempty"`       // true: identity half; default HalfMask
	Components int         `json:"components,omitempty"` // K, default 8
	ScaleClamp ScaleClamp  `json:"scale_clamp,omitzero"` // default initializers.DefaultScaleClamp
	Shared     bool        `json:"shared,omitempty"`     // one mixture for all transformed columns
	MLP        MLPConfig   `json:"mlp,omitzero"`         // the conditioner
	Context    int         `json:"context,omitempty"`    // numbers of context a row that the conditioner reads; default 0: none
	Dtype      graph.Dtype `json:"dtype,omitempty"`
}

func (c MixtureCDFCouplingConfig) withDefaults(dim int) MixtureCDFCouplingConfig {
	if c.Mask = slices.Clone(c.Mask); c.Mask == nil {
		c.Mask = HalfMask(dim)
	}
	c.Components = defaults.Or(c.Components, initializers.DefaultComponents)
	c.ScaleClamp = orDefaultClamp(c.ScaleClamp)
	c.MLP = c.MLP.withDefaults()
	c.MLP.Dtype = c.Dtype
	return c
}

// core makes the layer without its conditioner, from a config whose defaults are filled in.
func (c MixtureCDFCouplingConfig) core(dim int) (coupling, error) {
	if c.Components < 1 {
		return coupling{}, notPositive("MixtureCDFCoupling", "Components", c.Components)
	}
	core := coupling{name: "MixtureCDFCoupling", dim: dim, mask: c.Mask, shared: c.Shared, context: c.Context,
		transform: transforms.GaussianMixtureCDF{Components: c.Components, Clamp: c.ScaleClamp}}
	if err := core.validate(); err != nil {
		return core, err
	}
	if err := c.Dtype.Validate(); err != nil {
		return core, fmt.Errorf("layers: MixtureCDFCoupling: %w", err)
	}
	return core, checkSize("MixtureCDFCoupling", 3*dim, c.Components)
}

// Validate reports fields out of range for data of dim columns.
func (c MixtureCDFCouplingConfig) Validate(dim int) error {
	_, err := c.withDefaults(dim).core(dim)
	return err
}

// NewMixtureCDFCoupling makes a coupling with an MLP conditioner, the identity until it is trained or fitted. To use another
// conditioner, call NewCoupling with a transforms.GaussianMixtureCDF.
func NewMixtureCDFCoupling(dim int, c MixtureCDFCouplingConfig) (*MixtureCDFCoupling, error) {
	m, err := made(dim, c, c.Dtype, mixtureCDFCouplingSpecs, newMixtureCDFCoupling)
	if err != nil {
		return nil, err
	}
	return m, m.conditioner.(*MLP).draw()
}

func mixtureCDFCouplingSpecs(dim int, c MixtureCDFCouplingConfig) ([]graph.ParamSpec, error) {
	c = c.withDefaults(dim)
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	in, out := core.widths()
	return mlpSpecs(in, out, c.MLP)
}

func newMixtureCDFCoupling(dim int, c MixtureCDFCouplingConfig, params []*graph.Param) (*MixtureCDFCoupling, error) {
	c = c.withDefaults(dim)
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	in, out := core.widths()
	if core.conditioner, err = newMLP(in, out, c.MLP, params); err != nil {
		return nil, err
	}
	return &MixtureCDFCoupling{core, c}, nil
}

// Config is the configuration with its defaults filled in.
func (m *MixtureCDFCoupling) Config() MixtureCDFCouplingConfig {
	c := m.config
	c.Mask, c.MLP.Hidden = slices.Clone(c.Mask), slices.Clone(c.MLP.Hidden)
	return c
}
