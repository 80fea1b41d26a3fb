package layers

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// MLP is a perceptron x → Dense(act) → … → Dense whose last layer is linear and starts at zero, so that its output is
// zero for every input. With Residual it is a residual network,
//
//	h = x·W₀ + b₀,  h ← h + act(act(h)·W₁ + b₁)·W₂ + b₂ for each pair of hidden layers after the first,  θ = h·W + b.
//
// Source of the residual form: He et al. 2016, arXiv:1603.05027, as used in the networks of neural spline flows (Durkan et
// al. 2019, arXiv:1906.04032).
type MLP struct{ perceptron }

// MLPConfig configures an MLP and a MaskedMLP; the zero value is the default.
type MLPConfig struct {
	Hidden     []int                     `json:"hidden,omitzero"`      // widths, default 64, 64; empty, not nil: none, θ is linear
	Activation graph.Activation          `json:"activation,omitempty"` // default relu
	Kernel     initializers.Distribution `json:"kernel,omitempty"`     // of the hidden layers, default glorot_uniform; of a MaskedMLP fan_in_uniform
	Bias       initializers.Distribution `json:"bias,omitempty"`       // of the hidden layers, default zeros; of a MaskedMLP fan_in_uniform
	Residual   bool                      `json:"residual,omitempty"`   // short cuts; Hidden is an odd number of equal widths, default five of 64
	Seed       uint64                    `json:"seed,omitempty"`       // default 0
	Dtype      graph.Dtype               `json:"dtype,omitempty"`
}

func (c MLPConfig) withDefaults() MLPConfig {
	c.Hidden = slices.Clone(c.Hidden)
	if c.Hidden == nil {
		c.Hidden = slices.Repeat([]int{64}, 2)
		if c.Residual {
			c.Hidden = slices.Repeat([]int{64}, 5)
		}
	}
	if c.Activation == graph.Linear {
		c.Activation = graph.Relu
	}
	return c
}

// NewMLP makes a perceptron with in inputs and out outputs.
func NewMLP(in, out int, c MLPConfig) (*MLP, error) {
	specs, err := mlpSpecs(in, out, c)
	if err != nil {
		return nil, err
	}
	params, err := graph.NewParams(c.Dtype, specs)
	if err != nil {
		return nil, fmt.Errorf("layers: MLP: %w", err)
	}
	m, err := newMLP(in, out, c, params)
	if err != nil {
		return nil, err
	}
	return m, m.draw()
}

// New is NewMLP: a MakeConditioner.
func (c MLPConfig) New(in, out int) (Conditioner, error) { return NewMLP(in, out, c) }

// mlpSpecs declares a kernel and a bias for each dense layer.
func mlpSpecs(in, out int, c MLPConfig) (specs []graph.ParamSpec, err error) {
	c = c.withDefaults()
	if in < 1 || out < 1 {
		return nil, fmt.Errorf("layers: MLP: from %d to %d numbers, want at least one each", in, out)
	}
	for _, err := range []error{c.Activation.Validate(), c.Kernel.Validate(), c.Bias.Validate(), c.Dtype.Validate(), c.checkResidual()} {
		if err != nil {
			return nil, err
		}
	}
	for i, width := range append(slices.Clone(c.Hidden), out) {
		if width < 1 {
			return nil, notPositive("MLP", fmt.Sprintf("Hidden[%d]", i), width)
		}
		specs = append(specs, denseSpecs(fmt.Sprintf("mlp.dense%d", i), in, width)...)
		in = width
	}
	for _, s := range specs {
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("layers: MLP: %w", err)
		}
	}
	return specs, nil
}

// checkResidual reports hidden layers that short cuts cannot span.
func (c MLPConfig) checkResidual() error {
	if !c.Residual || len(c.Hidden)%2 == 1 && len(slices.Compact(slices.Clone(c.Hidden))) == 1 {
		return nil
	}
	return &SettingError{"MLP", "Hidden", fmt.Sprint(c.Hidden), "an odd number of equal widths, as the MLP is residual: one layer, and two for each short cut"}
}

func newMLP(_, _ int, c MLPConfig, params []*graph.Param) (*MLP, error) {
	p, err := newPerceptron(c, params, nil)
	return &MLP{p}, err
}

// perceptron is what MLP and MaskedMLP share.
type perceptron struct {
	config MLPConfig
	dense  []*Dense
}

// newPerceptron makes a perceptron from a kernel and a bias for each dense layer. degrees lists those of its inputs, of each
// hidden layer and of its outputs; it is nil if there is no mask.
func newPerceptron(c MLPConfig, params []*graph.Param, degrees [][]int) (perceptron, error) {
	m := perceptron{config: c.withDefaults()}
	if err := checkDtype(params, c.Dtype); err != nil {
		return m, fmt.Errorf("layers: MLP: %w", err)
	}
	for i := 0; i < len(params); i += 2 {
		d := &Dense{kernel: params[i], bias: params[i+1], act: m.config.Activation}
		if degrees != nil {
			d.rows, d.columns = degrees[i/2], degrees[i/2+1]
		}
		m.dense = append(m.dense, d)
	}
	m.dense[len(m.dense)-1].act = graph.Linear
	return m, nil
}

// Config is the configuration with its defaults filled in.
func (m *perceptron) Config() MLPConfig {
	c := m.config
	c.Hidden = slices.Clone(c.Hidden)
	return c
}

// draw draws the kernels and biases of the hidden layers with the seed.
func (m *perceptron) draw() error {
	rng := initializers.NewRand(m.config.Seed, 3)
	for _, d := range m.hidden() {
		in, out := d.kernel.Shape()[0], d.kernel.Shape()[1]
		kernel := m.config.Kernel.Make(in, out, rng)
		d.mask(kernel)
		bias := m.config.Bias.MakeBias(in, out, rng)
		if err := errors.Join(d.kernel.Set(kernel), d.bias.Set(bias)); err != nil {
			return err
		}
	}
	return nil
}

func (m *perceptron) hidden() []*Dense { return m.dense[:len(m.dense)-1] }

// StartFrom draws the hidden layers again, with the first one adapted to the units of xa (N×d_a): the network that the seed
// gives is applied to (x_j − m_j)/s_j, where s_j is the power of two nearest to the column's standard deviation and m_j the
// multiple of s_j nearest to its mean. On standardized columns these are 1 and 0. Without this, large columns would make a
// training step change θ in proportion to their size.
func (m *perceptron) StartFrom(xa mat.Matrix) error {
	if len(m.dense) == 0 {
		return errors.New("layers: MLP: StartFrom: the MLP is not made: want one of NewMLP")
	}
	if err := rows.Check("layers: MLP: StartFrom", xa, m.dense[0].kernel.Shape()[0]); err != nil {
		return err
	}
	if err := m.draw(); err != nil || len(m.hidden()) == 0 {
		return err
	}
	first := m.dense[0]
	kernel, bias := first.kernel.Values(), first.bias.Values()
	for j := range first.kernel.Shape()[0] {
		mean, std := rows.MeanStd(mat.Col(nil, j, xa))
		if !(std > 1e-12*math.Abs(mean)) || math.IsInf(std, 0) { // else the bias, 10¹² standard deviations, would drown the column
			continue
		}
		unit := math.Exp2(math.Round(math.Log2(std)))
		steps := math.Round(mean / unit)
		for h := range bias {
			w := &kernel[j*len(bias)+h]
			bias[h] -= steps * *w
			*w /= unit
		}
	}
	return errors.Join(first.kernel.Set(kernel), first.bias.Set(bias))
}

// Params are kernel and bias of each dense layer.
func (m *perceptron) Params() (params []*graph.Param) {
	for _, d := range m.dense {
		params = append(params, d.kernel, d.bias)
	}
	return params
}

// Apply evaluates the perceptron.
func (m *perceptron) Apply(b *graph.Builder, x *G.Node) *G.Node {
	if m.config.Residual {
		return m.applyResidual(b, x)
	}
	for _, d := range m.dense {
		x = d.Apply(b, x)
	}
	return x
}

func (m *perceptron) applyResidual(b *graph.Builder, x *G.Node) *G.Node {
	act := m.config.Activation
	h := m.dense[0].apply(b, x, graph.Linear)
	for pairs := m.hidden()[1:]; len(pairs) > 0; pairs = pairs[2:] {
		inner := pairs[0].apply(b, b.Activate(h, act), act)
		h = b.Sum(h, pairs[1].apply(b, inner, graph.Linear))
	}
	return m.Final().Apply(b, h)
}

// SetConstant zeroes the last kernel and sets the last bias to c. The product with the last kernel is then exactly 0.
func (m *perceptron) SetConstant(c []float64) error {
	last := m.Final()
	if last == nil {
		return errors.New("layers: MLP: SetConstant: the MLP is not made: want one of NewMLP")
	}
	if err := last.kernel.Set(make([]float64, last.kernel.Size())); err != nil {
		return err
	}
	return last.bias.Set(c)
}

// Final is the last dense layer, whose kernel starts at zero; nil if the MLP was not made by NewMLP.
func (m *perceptron) Final() *Dense {
	if len(m.dense) == 0 {
		return nil
	}
	return m.dense[len(m.dense)-1]
}
