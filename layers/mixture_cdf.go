package layers

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
	"gaussflow/transforms"
)

// MixtureCDF is the diagonal Gaussianization layer, an Elementwise with transforms.GaussianMixtureCDF: each coordinate is mapped
// by the CDF of its own mixture of K normals,
//
//	z_i = Φ⁻¹(F_i(x_i)),  F_i(x) = Σ_k π_ik Φ((x − μ_ik)/σ_ik),
//	logDet = Σ_i [log f_i(x_i) − log φ(z_i)].
//
// Parameters logits (π = softmax), means and log_scales (log σ), each d×K. With one component, or equal ones, of mean 0
// and scale 1 it is the identity. It is a smooth bijection of all of ℝ: far out the slope is 1/σ of the dominating
// component, and nothing is clipped. The inverse is exact to the last digits that z determines.
//
// Source: Meng et al. 2020, arXiv:2003.01941; as one step of RBIG, Laparra et al. 2011, arXiv:1602.00229.
type MixtureCDF struct {
	elementwise
	config MixtureCDFConfig
}

// None stands for zero in the fields whose comment offers it, as MixtureCDFConfig.MeanRange, where a plain zero stands
// for the default.
const None = defaults.None

// MixtureCDFConfig configures a MixtureCDF; the zero value is the default.
type MixtureCDFConfig struct {
	Components int         `json:"components,omitempty"` // K, default 8
	MeanRange  float64     `json:"mean_range,omitempty"` // means are drawn from U(−r, r), default 3; None: all 0
	LogScale   float64     `json:"log_scale,omitempty"`  // all log σ, of any sign; default 0
	Seed       uint64      `json:"seed,omitempty"`       // of the means; default 0
	Dtype      graph.Dtype `json:"dtype,omitempty"`
}

// defaultMeanRange is the default of MixtureCDFConfig.MeanRange.
const defaultMeanRange = 3

// withDefaults leaves None as it is, so that a config read back from a model is the one that was given.
func (c MixtureCDFConfig) withDefaults() MixtureCDFConfig {
	c.Components = defaults.Or(c.Components, initializers.DefaultComponents)
	c.MeanRange = defaults.Or(c.MeanRange, defaultMeanRange)
	return c
}

// NewMixtureCDF makes a layer with equal weights and random means.
func NewMixtureCDF(dim int, c MixtureCDFConfig) (*MixtureCDF, error) {
	m, err := made(dim, c, c.Dtype, mixtureCDFSpecs, newMixtureCDF)
	if err != nil {
		return nil, err
	}
	c = m.config
	rng := initializers.NewRand(c.Seed, 2)
	start, meanRange := make([]initializers.Mixture, dim), defaults.OrNone(c.MeanRange, defaultMeanRange)
	for i := range start {
		start[i] = constantMixture(c.Components, c.LogScale)
		for k := range c.Components {
			start[i].Means[k] = meanRange * (2*rng.Float64() - 1)
		}
	}
	return m, m.setMixtures(start)
}

// core makes the layer without its parameters, from a config whose defaults are filled in.
func (c MixtureCDFConfig) core(dim int) (elementwise, error) {
	core := elementwise{name: "MixtureCDF", dim: dim, transform: transforms.GaussianMixtureCDF{Components: c.Components}}
	if err := checkDim("MixtureCDF", dim); err != nil {
		return core, err
	}
	if c.Components < 1 {
		return core, notPositive("MixtureCDF", "Components", c.Components)
	}
	if err := checkSize("MixtureCDF", dim, c.Components); err != nil {
		return core, err
	}
	if err := defaults.CheckNone("layers: MixtureCDF", "MeanRange", c.MeanRange); err != nil {
		return core, err
	}
	if !isFinite(c.MeanRange) || !isFinite(c.LogScale) {
		return core, fmt.Errorf("layers: MixtureCDF: MeanRange = %g, LogScale = %g, want finite numbers", c.MeanRange, c.LogScale)
	}
	return core, c.Dtype.Validate()
}

// mixtureCDFSpecs declares logits, means and log_scales.
func mixtureCDFSpecs(dim int, c MixtureCDFConfig) ([]graph.ParamSpec, error) {
	core, err := c.withDefaults().core(dim)
	if err != nil {
		return nil, err
	}
	return core.specs(), nil
}

func newMixtureCDF(dim int, c MixtureCDFConfig, params []*graph.Param) (*MixtureCDF, error) {
	c = c.withDefaults()
	core, err := c.core(dim)
	if err != nil {
		return nil, err
	}
	if err := checkDtype(params, c.Dtype); err != nil {
		return nil, err
	}
	core.params = params
	return &MixtureCDF{core, c}, nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func constantMixture(k int, logScale float64) initializers.Mixture {
	m := initializers.Mixture{Logits: make([]float64, k), Means: make([]float64, k), LogScales: make([]float64, k)}
	for i := range m.LogScales {
		m.LogScales[i] = logScale
	}
	return m
}

// Config is the configuration with its defaults filled in.
func (m *MixtureCDF) Config() MixtureCDFConfig { return m.config }

// AdaptMeans sets the mixtures from the quantiles of x (N×d) instead of random means: initializers.QuantileMixture.
func (m *MixtureCDF) AdaptMeans(x mat.Matrix) error {
	if err := rows.Check("layers: MixtureCDF: AdaptMeans: shape (n, d)", x, m.dim); err != nil {
		return err
	}
	mixtures, err := initializers.QuantileMixture(x, m.config.Components)
	if err != nil {
		return err
	}
	return m.setMixtures(mixtures)
}

func (m *MixtureCDF) setMixtures(mixtures []initializers.Mixture) error {
	columns := make([][][]float64, len(mixtures))
	for j, mix := range mixtures {
		columns[j] = [][]float64{mix.Logits, mix.Means, mix.LogScales}
	}
	theta, err := inOrder("layers: MixtureCDF", m.transform, columns)
	if err != nil {
		return err
	}
	return m.set(theta)
}
