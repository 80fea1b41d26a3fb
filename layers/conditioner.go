package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// A Conditioner chooses the parameters of the transformed half of a coupling from the identity half.
type Conditioner interface {
	// Params are its parameters: the same ones in the same order, always.
	Params() []*graph.Param
	// Apply maps x_a (N×d_a) to θ (N×width).
	Apply(b *graph.Builder, xa *G.Node) *G.Node
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
	rng := initializers.NewRand(c.Seed, 3)
	for i, width := range append(append([]int(nil), c.Hidden...), out) {
		if width < 1 {
			return nil, fmt.Errorf("layers: MLP: Hidden[%d] = %d, want ≥ 1", i, width)
		}
		if err := checkSize("MLP", in, width); err != nil {
			return nil, err
		}
		d := newDense(fmt.Sprintf("mlp.dense%d", i), in, width, c.Activation, c.Dtype)
		if i < len(c.Hidden) {
			if err := d.kernel.Set(c.Kernel.Make(in, width, rng)); err != nil {
				return nil, err
			}
		} else {
			d.act = graph.Linear
		}
		m.dense = append(m.dense, d)
		in = width
	}
	return m, nil
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
