package layers

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// A Conditioner chooses the parameters of the transformed half of a coupling from the identity half and, where
// there is one, the context.
type Conditioner interface {
	// Params are its parameters: the same ones in the same order, always.
	Params() []*graph.Param
	// Apply maps what is known, x_a with the context beside it, (N×(d_a + c)) to θ (N×width).
	Apply(b *graph.Builder, known *G.Node) *G.Node
}

// A ConstantSetter is a Conditioner that can be made constant: θ(x_a) = c for every x_a, bit for bit. A warm
// start needs it.
type ConstantSetter interface {
	SetConstant(c []float64) error
}

// MLP is a perceptron x → Dense(act) → … → Dense whose last layer is linear and starts at zero, so that its
// output is zero for every input.
type MLP struct {
	config MLPConfig
	dense  []*Dense
}

// MLPConfig configures an MLP; the zero value is the default.
type MLPConfig struct {
	Hidden     []int               `json:"hidden,omitzero"`      // widths, default 64, 64; empty, not nil: none, θ is linear
	Activation graph.Activation    `json:"activation,omitempty"` // default relu
	Kernel     initializers.Kernel `json:"kernel,omitempty"`     // of the hidden layers, default glorot_uniform
	Seed       uint64              `json:"seed,omitempty"`       // default 0
	Dtype      graph.Dtype         `json:"dtype,omitempty"`
}

func (c MLPConfig) withDefaults() MLPConfig {
	if c.Hidden == nil {
		c.Hidden = []int{64, 64}
	}
	if c.Activation == graph.Linear {
		c.Activation = graph.Relu
	}
	return c
}

// numbers is Σ (in+1)·out over the dense layers.
func (c MLPConfig) numbers(in, out float64) (n float64) {
	for _, width := range c.withDefaults().Hidden {
		w := float64(max(width, 1)) // a width that NewMLP refuses must not make up for one that is too large
		n += (in + 1) * w
		in = w
	}
	return n + (in+1)*out
}

// NewMLP makes a perceptron from in to out numbers.
func NewMLP(in, out int, c MLPConfig) (*MLP, error) {
	c = c.withDefaults()
	if in < 1 || out < 1 {
		return nil, fmt.Errorf("layers: MLP: from %d to %d numbers, want at least one each", in, out)
	}
	for _, err := range []error{c.Activation.Validate(), c.Kernel.Validate(), c.Dtype.Validate()} {
		if err != nil {
			return nil, err
		}
	}
	m := &MLP{config: c}
	for i, width := range append(append([]int(nil), c.Hidden...), out) {
		if width < 1 {
			return nil, fmt.Errorf("layers: MLP: Hidden[%d] = %d, want ≥ 1", i, width)
		}
		if err := checkSize("MLP", in, width); err != nil {
			return nil, err
		}
		d := newDense(fmt.Sprintf("mlp.dense%d", i), in, width, c.Activation, c.Dtype)
		if i == len(c.Hidden) {
			d.act = graph.Linear
		}
		m.dense = append(m.dense, d)
		in = width
	}
	return m, m.draw()
}

// draw gives the hidden layers the kernels of the seed and zero biases.
func (m *MLP) draw() error {
	rng := initializers.NewRand(m.config.Seed, 3)
	for _, d := range m.hidden() {
		in, out := d.kernel.Shape()[0], d.kernel.Shape()[1]
		if err := errors.Join(d.kernel.Set(m.config.Kernel.Make(in, out, rng)), d.bias.Set(make([]float64, out))); err != nil {
			return err
		}
	}
	return nil
}

func (m *MLP) hidden() []*Dense { return m.dense[:len(m.dense)-1] }

// StartFrom draws the hidden layers anew, the first of them for inputs in the units of xa (N×d_a): what the seed gives reads
// (x_j − m_j)/s_j, where s_j is the power of two nearest to the column's standard deviation and m_j the multiple of s_j nearest
// to its mean. On standardized columns these are 1 and 0. On others a step of training would change θ by as much more as they
// are larger, on top of what the hidden layers sum up.
func (m *MLP) StartFrom(xa mat.Matrix) error {
	if len(m.dense) == 0 {
		return errors.New("layers: MLP: StartFrom: the MLP is not made: want one of NewMLP")
	}
	if err := graph.CheckRows("layers: MLP: StartFrom", xa, m.dense[0].kernel.Shape()[0]); err != nil {
		return err
	}
	if err := m.draw(); err != nil || len(m.hidden()) == 0 {
		return err
	}
	first := m.dense[0]
	kernel, bias := first.kernel.Values(), first.bias.Values()
	for j := range first.kernel.Shape()[0] {
		mean, std := initializers.MeanStd(mat.Col(nil, j, xa))
		if !(std > 1e-12*math.Abs(mean)) || math.IsInf(std, 0) { // else a bias of 10¹² spreads would be all there is
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
func (m *MLP) Params() (params []*graph.Param) {
	for _, d := range m.dense {
		params = append(params, d.kernel, d.bias)
	}
	return params
}

// Apply runs the perceptron.
func (m *MLP) Apply(b *graph.Builder, x *G.Node) *G.Node {
	for _, d := range m.dense {
		x = d.Apply(b, x)
	}
	return x
}

// SetConstant zeroes the last kernel and sets the last bias to c: W·φ(x) is then exactly 0.
func (m *MLP) SetConstant(c []float64) error {
	last := m.Final()
	if err := last.kernel.Set(make([]float64, last.kernel.Size())); err != nil {
		return err
	}
	return last.bias.Set(c)
}

// Final is the last dense layer, whose kernel is zero at the start.
func (m *MLP) Final() *Dense { return m.dense[len(m.dense)-1] }

// SharedMLP is an MLP of 3K outputs whose mixture is used for every transformed coordinate.
type SharedMLP struct {
	*MLP
	repeat int
}

// NewSharedMLP makes a perceptron from in numbers to one mixture of k components, repeated for each of dims
// coordinates.
func NewSharedMLP(in, dims, k int, c MLPConfig) (*SharedMLP, error) {
	if dims < 1 {
		return nil, fmt.Errorf("layers: SharedMLP: a mixture for %d coordinates, want at least one", dims)
	}
	m, err := NewMLP(in, 3*k, c)
	if err != nil {
		return nil, err
	}
	return &SharedMLP{m, dims}, nil
}

// Apply runs the perceptron and repeats each of logits, means and log scales.
func (m *SharedMLP) Apply(b *graph.Builder, x *G.Node) *G.Node {
	return b.RepeatBlocks(m.MLP.Apply(b, x), 3, m.repeat)
}
