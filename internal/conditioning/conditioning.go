// Package conditioning builds and checks the conditioners of layers and bases.
package conditioning

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Conditioner is a layers.Conditioner.
type Conditioner interface {
	Params() []*graph.Param
	Apply(b *graph.Builder, known *G.Node) *G.Node
}

// Apply builds a conditioner's graph; its errors name the conditioner.
func Apply(b *graph.Builder, c Conditioner, known *G.Node) (theta *G.Node) {
	b.Within(func() { theta = c.Apply(b, known) }, "conditioner %T", c)
	return theta
}

// Check builds a conditioner once, and reports one that does not map in numbers to out numbers.
func Check(c Conditioner, in, out int) (err error) {
	const rows = 2
	if defaults.IsNil(c) {
		return errors.New("the conditioner is nil")
	}
	defer defaults.HalfMade(&err, fmt.Sprintf("the conditioner, a %T, ", c))
	var theta *G.Node
	_, err = graph.Build(Dtype(c), func(b *graph.Builder) []*G.Node {
		theta = Apply(b, c, b.Input("known", rows, in))
		return nil
	})
	if err != nil {
		return err
	}
	if want := []int{rows, out}; theta == nil || !slices.Equal(theta.Shape(), want) {
		got := "nothing"
		if theta != nil {
			got = fmt.Sprint([]int(theta.Shape()))
		}
		return fmt.Errorf("conditioner output width: got shape %s for %d rows, want %v: the parameters of each column", got, rows, want)
	}
	return nil
}

// Dtype is the type of a conditioner's numbers.
func Dtype(c Conditioner) graph.Dtype {
	if params := c.Params(); len(params) > 0 && params[0] != nil {
		return params[0].Dtype()
	}
	return graph.Float64
}
