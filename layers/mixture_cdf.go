package layers

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
)

// MixtureCDF is the diagonal Gaussianization layer: each coordinate by the CDF of its own mixture of K normals,
//
//	z_i = Φ⁻¹(F_i(x_i)),  F_i(x) = Σ_k π_ik Φ((x − μ_ik)/σ_ik),
//	logDet = Σ_i [log f_i(x_i) − log φ(z_i)].
//
// Parameters logits (π = softmax), means and log_scales (log σ), each d×K. With one component, or equal ones
// of mean 0 and scale 1, it is the identity. A smooth bijection of all of ℝ: far out the slope is 1/σ of the
// dominating component; nothing is clipped. The inverse is exact to the last digits that z determines.
//
// Source: Meng et al. 2020, arXiv:2003.01941; as one step of RBIG, Laparra et al. 2011, arXiv:1602.00229.
type MixtureCDF struct {
	dim                      int
	config                   MixtureCDFConfig
	logits, means, logScales *graph.Param
	fits                     []initializers.MixtureFit
}

// None is zero, in the fields whose comment offers it, as MixtureCDFConfig.MeanRange: their own zero means their default.
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

// withDefaults leaves None as it is: a config that is read back from a model says what it said.
func (c MixtureCDFConfig) withDefaults() MixtureCDFConfig {
	c.Components = defaults.Or(c.Components, defaultComponents)
	c.MeanRange = defaults.Or(c.MeanRange, defaultMeanRange)
	return c
}

func (c MixtureCDFConfig) numbers(dim int) float64 {
	return 3 * float64(dim) * float64(c.withDefaults().Components)
}

// NewMixtureCDF makes a layer of equal weights and random means.
func NewMixtureCDF(dim int, c MixtureCDFConfig) (*MixtureCDF, error) {
	if err := checkDim("MixtureCDF", dim); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if c.Components < 1 {
		return nil, fmt.Errorf("layers: MixtureCDF: Components = %d, want ≥ 1", c.Components)
	}
	if err := checkSize("MixtureCDF", dim, c.Components); err != nil {
		return nil, err
	}
	if err := defaults.CheckNone("layers: MixtureCDF", "MeanRange", c.MeanRange); err != nil {
		return nil, err
	}
	if !isFinite(c.MeanRange) || !isFinite(c.LogScale) {
		return nil, fmt.Errorf("layers: MixtureCDF: MeanRange = %g, LogScale = %g, want finite numbers", c.MeanRange, c.LogScale)
	}
	if err := c.Dtype.Validate(); err != nil {
		return nil, err
	}
	param := func(name string) *graph.Param { return graph.NewParam(name, c.Dtype, dim, c.Components) }
	m := &MixtureCDF{dim: dim, config: c, logits: param("logits"), means: param("means"), logScales: param("log_scales")}
	rng := initializers.NewRand(c.Seed, 2)
	start, meanRange := make([]initializers.Mixture, dim), defaults.OrNone(c.MeanRange, defaultMeanRange)
	for i := range start {
		start[i] = constantMixture(c.Components, c.LogScale)
		for k := range c.Components {
			start[i].Means[k] = meanRange * (2*rng.Float64() - 1)
		}
	}
	return m, m.set(start)
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func constantMixture(k int, logScale float64) initializers.Mixture {
	m := initializers.Mixture{Logits: make([]float64, k), Means: make([]float64, k), LogScales: make([]float64, k)}
	for i := range m.LogScales {
		m.LogScales[i] = logScale
	}
	return m
}

// Name is "mixture_cdf".
func (m *MixtureCDF) Name() string { return "mixture_cdf" }

// Dim is d.
func (m *MixtureCDF) Dim() int { return m.dim }

// Params are logits, means and log_scales.
func (m *MixtureCDF) Params() []*graph.Param {
	return []*graph.Param{m.logits, m.means, m.logScales}
}

// Config is the configuration with its defaults filled in.
func (m *MixtureCDF) Config() any { return m.config }

// Forward is Φ⁻¹∘F.
func (m *MixtureCDF) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	z, logSlope := b.Mixture(x, m.theta(b), m.config.Components, kernel.Clamp{})
	return z, b.SumLast(logSlope)
}

// Inverse is F⁻¹∘Φ.
func (m *MixtureCDF) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	x, logSlope := b.MixtureInverse(z, m.theta(b), m.config.Components, kernel.Clamp{})
	return x, b.SumLast(logSlope)
}

func (m *MixtureCDF) theta(b *graph.Builder) *G.Node {
	return b.Stack(b.Param(m.logits), b.Param(m.means), b.Param(m.logScales))
}

// InitFrom fits each column's mixture to y by EM, with scales in the range of the walk's clamp.
func (m *MixtureCDF) InitFrom(y *mat.Dense, at initializers.Site) error {
	m.fits = make([]initializers.MixtureFit, m.dim)
	err := initializers.EachColumn(m.dim, func(j int) (err error) {
		m.fits[j], _, err = at.FitColumn(mat.Col(nil, j, y), j, m.config.Components, orDefaultClamp(at.ScaleClamp), m.config.Dtype)
		return err
	})
	if err != nil {
		return err
	}
	mixtures := make([]initializers.Mixture, m.dim)
	for j, fit := range m.fits {
		mixtures[j] = fit.Mixture
	}
	return m.set(mixtures)
}

// Fits are the fits of the last InitFrom, one a column.
func (m *MixtureCDF) Fits() []initializers.MixtureFit { return m.fits }

// AdaptMeans starts from the quantiles of x (N×d) instead of random means: initializers.QuantileMixture.
func (m *MixtureCDF) AdaptMeans(x mat.Matrix) error {
	if err := graph.CheckRows("layers: MixtureCDF: AdaptMeans: shape (n, d)", x, m.dim); err != nil {
		return err
	}
	mixtures, err := initializers.QuantileMixture(x, m.config.Components)
	if err != nil {
		return err
	}
	return m.set(mixtures)
}

func (m *MixtureCDF) set(mixtures []initializers.Mixture) error {
	var logits, means, logScales []float64
	for _, mix := range mixtures {
		logits = append(logits, mix.Logits...)
		means = append(means, mix.Means...)
		logScales = append(logScales, mix.LogScales...)
	}
	if err := m.logits.Set(logits); err != nil {
		return err
	}
	if err := m.means.Set(means); err != nil {
		return err
	}
	return m.logScales.Set(logScales)
}
