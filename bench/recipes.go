package bench

import (
	"fmt"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// A Recipe says what a shape's flow is made of. Settings that it does not mention have their defaults.
type Recipe string

// The recipes.
const (
	Mixtures Recipe = ""    // couplings of mixtures with rotations before them, or without Hidden a Gaussianization flow
	Splines  Recipe = "nsf" // a neural spline flow: couplings of rational-quadratic splines of Components bins, two a block
	Masked   Recipe = "maf" // a masked autoregressive flow: affine layers in alternating order, one a block
)

// fresh makes the shape's flow with the initial parameters of its recipe.
func (s Shape) fresh(dtype graph.Dtype) (*flows.Flow, error) {
	switch {
	case s.Recipe == Splines:
		return flows.NewCoupling(s.Dim, flows.CouplingConfig{Blocks: s.Blocks, Hidden: s.Hidden, NoRotation: true, Seed: 1, Dtype: dtype,
			Transform: transforms.RationalQuadraticSpline{Bins: s.Components}})
	case s.Recipe == Masked:
		return s.masked(dtype)
	case s.Hidden == nil:
		return flows.NewGaussianization(s.Dim, flows.GaussianizationConfig{Blocks: s.Blocks, Components: s.Components, Seed: 1, Dtype: dtype})
	default:
		return flows.NewCoupling(s.Dim, flows.CouplingConfig{Blocks: s.Blocks, Components: s.Components, Hidden: s.Hidden, Seed: 1, Dtype: dtype})
	}
}

// masked makes layers that alternate between the columns' order and its reverse.
func (s Shape) masked(dtype graph.Dtype) (*flows.Flow, error) {
	var stack []flows.Named
	for i := range s.Blocks {
		c := layers.AutoregressiveConfig{Transform: transforms.Affine{},
			Conditioner: layers.MLPConfig{Hidden: s.Hidden, Seed: uint64(i), Dtype: dtype}.Masked}
		if i%2 == 1 {
			c.Order = layers.Reversed(s.Dim)
		}
		layer, err := layers.NewAutoregressive(s.Dim, c)
		if err != nil {
			return nil, err
		}
		stack = append(stack, flows.Named{Name: fmt.Sprintf("layer%d", i), Layer: layer})
	}
	return flows.New(stack...)
}
