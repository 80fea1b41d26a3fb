package graph_test

import (
	"fmt"
	"log"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// The sum of squares of x·w and its gradient in w.
func Example() {
	w := graph.NewParam("w", graph.Float64, 2, 1)
	if err := w.Set([]float64{1, -1}); err != nil {
		log.Fatal(err)
	}
	var x, cost, slope *G.Node
	program, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		x = b.Input("x", 3, 2)
		y := b.MatMul(x, b.Param(w))
		cost = b.Dot(y, y)
		slope = b.Grad(cost, b.Param(w))[0]
		return []*G.Node{cost, slope}
	})
	if err != nil {
		log.Fatal(err)
	}
	program.Set(x, []float64{1, 0, 0, 1, 3, 1})
	if err := program.Run(); err != nil {
		log.Fatal(err)
	}
	gradient := make([]float64, 2)
	program.Get(slope, gradient)
	fmt.Println(program.Scalar(cost), gradient)
	// Output: 6 [14 2]
}
