package bases

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/internal/strictjson"
	"gaussflow/layers"
)

// GaussianMixture is a mixture of K normal densities of d numbers,
//
//	log p(z) = LSE_k(log π_k + Σ_j (log φ(t_kj) − s_kj)),   π = softmax(logits),   t_kj = (y_kj + Σ_{i<j} c_kji·y_ki)·e^(−s_kj),   y_k = z − μ_k.
//
// Its parameters are trained with the flow: logits K, means μ K×d, log_scales s K×d and, with Full, coefficients c K×d(d−1)/2, in
// the order of the rows of a triangle: c_10, c_20, c_21, c_30, … Without Full c is zero and the columns of a component are
// independent. With Full t = L·y for a lower triangular L with a positive diagonal, the inverse of the Cholesky factor of the
// component's covariance. Every covariance has such an L and every L gives a covariance, and training needs no linear solves.
//
// With a context a conditioner computes all of them.
//
// Source of the triangle: Pourahmadi 1999, Biometrika 86(3). With all parameters zero it is the standard normal.
type GaussianMixture struct {
	dim    int
	config GaussianMixtureConfig
	*parameters
}

// GaussianMixtureConfig configures a GaussianMixture.
type GaussianMixtureConfig struct {
	Components  int                    // K, default 8
	Full        bool                   // a covariance of its own for each component
	Seed        uint64                 // for the initial means, which are standard normal numbers; default 0
	Context     int                    // numbers of context a row; default 0: none
	Conditioner layers.MakeConditioner // reads the context; default layers.MLPConfig{}.New
	Dtype       graph.Dtype            // without a context; with one the conditioner's dtype holds

	conditioned
}

// gaussianMixtureJSON is a GaussianMixtureConfig in a file.
type gaussianMixtureJSON struct {
	Components  int                           `json:"components,omitempty"`
	Full        bool                          `json:"full,omitempty"`
	Seed        uint64                        `json:"seed,omitempty"`
	Context     int                           `json:"context,omitempty"`
	Conditioner layers.ConditionerDescription `json:"conditioner,omitzero"`
	Dtype       graph.Dtype                   `json:"dtype,omitempty"`
}

// MarshalJSON writes the conditioner under its registered name.
func (c GaussianMixtureConfig) MarshalJSON() ([]byte, error) {
	conditioner, err := c.describe()
	if err != nil {
		return nil, err
	}
	return json.Marshal(gaussianMixtureJSON{c.Components, c.Full, c.Seed, c.Context, conditioner, c.Dtype})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *GaussianMixtureConfig) UnmarshalJSON(raw []byte) error {
	var j gaussianMixtureJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	*c = GaussianMixtureConfig{Components: j.Components, Full: j.Full, Seed: j.Seed, Context: j.Context, Dtype: j.Dtype, conditioned: conditioned{described: j.Conditioner}}
	return nil
}

func (c GaussianMixtureConfig) components() int { return defaults.Or(c.Components, 8) }

// NewGaussianMixture makes a base of dim numbers. It starts with means drawn with the seed, also with a context if the conditioner
// is a layers.ConstantSetter, as layers.MLP is. Different means are needed because components that start equal stay equal.
func NewGaussianMixture(dim int, c GaussianMixtureConfig) (*GaussianMixture, error) {
	specs, err := c.specs(dim)
	if err != nil {
		return nil, err
	}
	p, err := newParameters("GaussianMixture", specs, c.Context, c.Dtype, c.Conditioner)
	if err != nil {
		return nil, err
	}
	start, rng := make([]float64, numbersOf(specs)), initializers.NewRand(c.Seed, 0)
	means := start[c.components() : c.components()*(1+dim)]
	for i := range means {
		means[i] = rng.NormFloat64()
	}
	if p.conditioner == nil {
		err = p.own[1].Set(means)
	} else if s, ok := p.conditioner.(interface{ SetConstant(theta []float64) error }); ok {
		err = s.SetConstant(start)
	}
	if err != nil {
		return nil, fmt.Errorf("bases: GaussianMixture: %w", err)
	}
	return c.of(dim, p), nil
}

// of makes the base with parameters p.
func (c GaussianMixtureConfig) of(dim int, p *parameters) *GaussianMixture {
	c.is = p.conditioner
	return &GaussianMixture{dim, c, p}
}

// specs declares the tensors: logits, means, log_scales and, with Full, coefficients.
func (c GaussianMixtureConfig) specs(dim int) ([]graph.ParamSpec, error) {
	if err := c.check("GaussianMixture", dim, c.Context, c.Conditioner); err != nil {
		return nil, err
	}
	k := c.components()
	switch {
	case k < 1 || k > mostNumbers/dim:
		return nil, fmt.Errorf("bases: GaussianMixture: Components = %d of %d columns, want 1 to %d (0: the default, 8)", c.Components, dim, mostNumbers/dim)
	case c.Full && dim > mostFull:
		return nil, fmt.Errorf("bases: GaussianMixture: Full of %d columns, want at most %d: put a rotation before the base instead", dim, mostFull)
	}
	specs := []graph.ParamSpec{{Name: "logits", Shape: []int{k}}, {Name: "means", Shape: []int{k, dim}}, {Name: "log_scales", Shape: []int{k, dim}}}
	if c.Full && dim > 1 {
		specs = append(specs, graph.ParamSpec{Name: "coefficients", Shape: []int{k, dim * (dim - 1) / 2}})
	}
	return specs, c.Dtype.Validate()
}

// mostFull is the largest number of columns for a full covariance, whose graph has a few nodes for each column.
const mostFull = 256

func gaussianMixtureSpecs(dim int, c GaussianMixtureConfig) ([]graph.ParamSpec, error) {
	specs, err := c.specs(dim)
	if err != nil {
		return nil, err
	}
	return c.specsOf(specs, c.Context)
}

func newGaussianMixture(dim int, c GaussianMixtureConfig, params []*graph.Param) (*GaussianMixture, error) {
	specs, err := c.specs(dim)
	if err != nil {
		return nil, err
	}
	p, err := c.readParameters("GaussianMixture", specs, c.Context, params)
	if err != nil {
		return nil, err
	}
	return c.of(dim, p), nil
}

// Config is the configuration.
func (m *GaussianMixture) Config() GaussianMixtureConfig { return m.config }

// Dim is d.
func (m *GaussianMixture) Dim() int { return m.dim }

// ContextDim is how many context values the base reads.
func (m *GaussianMixture) ContextDim() int { return m.config.Context }

// Params are logits, means, log_scales and coefficients, or the conditioner's parameters; none if the base was not made by
// its constructor.
func (m *GaussianMixture) Params() []*graph.Param {
	if m.parameters == nil {
		return nil
	}
	return m.params()
}

var errMixtureNotMade = errors.New("bases: GaussianMixture: the base is not made: want one of NewGaussianMixture")

// LogProb is LSE_k(log π_k + log N(z; μ_k, Σ_k)).
func (m *GaussianMixture) LogProb(b *graph.Builder, z, context *G.Node) *G.Node {
	if m.parameters == nil {
		return b.Fail(errMixtureNotMade)
	}
	k, p := m.config.components(), m.nodes(b, context)
	logits, means, logScales := p[0], p[1], p[2]
	y := b.Sub(b.Reshape(b.RepeatBlocks(z, 1, k), graph.Rows(z), k, m.dim), means)
	var bells *G.Node // Σ_j log φ(t_kj), N×K
	if len(p) == 3 {
		bells = b.LogNormal(b.Mul(y, b.Exp(b.Scale(logScales, -1))))
	} else {
		bells = m.correlated(b, y, logScales, p[3])
	}
	return b.LogSumExp(b.Add(b.Sub(bells, b.SumLast(logScales)), b.LogSoftmax(logits)))
}

// correlated is Σ_j log φ(t_kj), N×K, computed column by column from y (N×K×d) and the coefficients of the triangle.
func (m *GaussianMixture) correlated(b *graph.Builder, y, logScales, coefficients *G.Node) *G.Node {
	bells := make([]*G.Node, m.dim)
	for j := range bells {
		t := lastColumn(b, y, j)
		if j > 0 {
			row := lastColumns(b, coefficients, j*(j-1)/2, j)
			t = b.Add(t, b.SumLast(b.Mul(lastColumns(b, y, 0, j), row)))
		}
		bells[j] = b.LogPDF(b.Mul(t, b.Exp(b.Scale(lastColumn(b, logScales, j), -1))))
	}
	return b.Sum(bells...)
}

// lastColumns are the n elements of x's last axis that start at index from.
func lastColumns(b *graph.Builder, x *G.Node, from, n int) *G.Node {
	if b.Err() != nil {
		return nil
	}
	shape := slices.Clone([]int(x.Shape()))
	last := len(shape) - 1
	flat := b.Reshape(x, x.Shape().TotalSize()/shape[last], shape[last])
	shape[last] = n
	return b.Reshape(b.Columns(flat, from, n), shape...)
}

// lastColumn is element j of x's last axis, with that axis removed.
func lastColumn(b *graph.Builder, x *G.Node, j int) *G.Node {
	if b.Err() != nil {
		return nil
	}
	return b.Reshape(lastColumns(b, x, j, 1), x.Shape()[:x.Dims()-1]...)
}

// Sample draws n rows: for each first a component, then one column after the other.
func (m *GaussianMixture) Sample(n int, context mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	if m.parameters == nil {
		return nil, errMixtureNotMade
	}
	if err := checkSample("GaussianMixture", n, m.dim, rng); err != nil {
		return nil, err
	}
	theta, err := m.values(n, context)
	if err != nil {
		return nil, err
	}
	z := mat.NewDense(n, m.dim, nil)
	for i := range n {
		m.draw(z.RawRowView(i), theta[i%len(theta)], rng)
	}
	return z, nil
}

// draw draws one row with the parameters theta, which holds tensor after tensor.
func (m *GaussianMixture) draw(z, theta []float64, rng *rand.Rand) {
	k, d := m.config.components(), m.dim
	logits, means, logScales, coefficients := theta[:k], theta[k:k*(1+d)], theta[k*(1+d):k*(1+2*d)], theta[k*(1+2*d):]
	c := component(logits, rng.Float64())
	triangle := coefficients[len(coefficients)/k*c:]
	for j := range z {
		z[j] = math.Exp(logScales[c*d+j]) * rng.NormFloat64()
		if len(coefficients) > 0 {
			for i := range j {
				z[j] -= triangle[j*(j-1)/2+i] * z[i]
			}
		}
	}
	for j := range z {
		z[j] += means[c*d+j]
	}
}

// component is the first k at which the cumulative sum of the weights softmax(logits) exceeds u, for u from 0 to 1.
func component(logits []float64, u float64) int {
	all := kernel.LogSumExp(logits)
	for c, l := range logits {
		if u -= math.Exp(l - all); u < 0 {
			return c
		}
	}
	return len(logits) - 1
}
