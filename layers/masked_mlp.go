package layers

import (
	"cmp"
	"fmt"
	"slices"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// MaskedMLP is an MLP that outputs the parameters of all columns at once, those of each column computed only from the columns
// before it in the order and the context: the conditioner of an Autoregressive layer. A hidden unit has a degree m and depends on
// the first m columns only: an entry of a kernel that leads to a unit of lower degree counts as zero, whatever its value. The
// degrees of a hidden layer run from 1 to d−1, or from 0 with a context, in ascending order, each equally often; so each layer
// needs at least that many units. The masks are applied once a step, to kernels and gradients, so that a product costs what a
// dense one does.
//
// Source: Germain et al. 2015, arXiv:1502.03509 (MADE); degrees in order, as in Papamakarios et al. 2017, arXiv:1705.07057.
type MaskedMLP struct {
	perceptron
	of Autoregression // what it was made for
}

// NewMaskedMLP makes a masked perceptron.
func NewMaskedMLP(a Autoregression, c MLPConfig) (*MaskedMLP, error) {
	specs, err := maskedMLPSpecs(a, c)
	if err != nil {
		return nil, err
	}
	params, err := graph.NewParams(c.Dtype, specs)
	if err != nil {
		return nil, fmt.Errorf("layers: MaskedMLP: %w", err)
	}
	m, err := newMaskedMLP(a, c, params)
	if err != nil {
		return nil, err
	}
	return m, m.draw()
}

// Masked is NewMaskedMLP: a MakeAutoregressiveConditioner.
func (c MLPConfig) Masked(a Autoregression) (Conditioner, error) { return NewMaskedMLP(a, c) }

// withDefaultsFor widens the default hidden layers to at least one unit for each degree. Units of low degree have few inputs, the lowest
// only one: with biases of zero all of theirs would bend at the same place.
func (c MLPConfig) withDefaultsFor(a Autoregression) MLPConfig {
	given := c.Hidden != nil
	c.Kernel, c.Bias = cmp.Or(c.Kernel, initializers.FanInUniform), cmp.Or(c.Bias, initializers.FanInUniform)
	c = c.withDefaults()
	if _, kinds := a.kinds(); !given {
		for i := range c.Hidden {
			c.Hidden[i] = max(c.Hidden[i], kinds)
		}
	}
	return c
}

func maskedMLPSpecs(a Autoregression, c MLPConfig) ([]graph.ParamSpec, error) {
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("layers: MaskedMLP: %w", err)
	}
	c = c.withDefaultsFor(a)
	_, kinds := a.kinds()
	for i, units := range c.Hidden {
		if units < kinds {
			return nil, &SettingError{"MaskedMLP", fmt.Sprintf("Hidden[%d]", i), fmt.Sprint(units),
				fmt.Sprintf("≥ %d: a unit for each number of columns that one can depend on", kinds)}
		}
	}
	in, out := a.widths()
	return mlpSpecs(in, out, c)
}

func newMaskedMLP(a Autoregression, c MLPConfig, params []*graph.Param) (*MaskedMLP, error) {
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("layers: MaskedMLP: %w", err)
	}
	c = c.withDefaultsFor(a)
	degrees := [][]int{a.known()}
	for _, units := range c.Hidden {
		degrees = append(degrees, a.hidden(units))
	}
	p, err := newPerceptron(c, params, append(slices.Clip(degrees), a.theta()))
	return &MaskedMLP{p, a.clone()}, err
}
