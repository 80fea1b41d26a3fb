package bench

import (
	"fmt"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// A Recipe says what a shape's flow is made of. What is not named is its default.
type Recipe string

// The recipes.
const (
	Mixtures Recipe = ""    // couplings of mixtures behind rotations, or without Hidden a Gaussianization: what the project began with
	Splines  Recipe = "nsf" // a neural spline flow: couplings of rational-quadratic splines of Components bins, two a block
	Masked   Recipe = "maf" // a masked autoregressive flow: affine layers in turning order, one a block
)

// fresh makes the shape's flow as its recipe begins it.
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

// masked has the columns in order in every other layer and in reverse in the ones between.
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
