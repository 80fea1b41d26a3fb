package layers_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
)

// A layer is fitted to rows and maps them forward and back. Its maps are graphs, which a RowFunc runs.
func Example() {
	x := mat.NewDense(4, 2, []float64{1, 10, 2, 30, 4, 20, 5, 40})
	layer, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: 1})
	if err != nil {
		log.Fatal(err)
	}
	if err := layer.InitFrom(x, initializers.Site{}); err != nil {
		log.Fatal(err)
	}
	run := func(rows *mat.Dense, direction func(b *graph.Builder, x, context *G.Node) (*G.Node, *G.Node)) []float64 {
		out, err := graph.NewRowFunc(graph.Float64, 2, func(b *graph.Builder, x *G.Node) []*G.Node {
			y, logDet := direction(b, x, nil)
			return []*G.Node{y, logDet}
		}).Run(rows)
		if err != nil {
			log.Fatal(err)
		}
		return out[0]
	}
	z := run(x, layer.Forward)
	back := run(mat.NewDense(4, 2, z), layer.Inverse)
	fmt.Printf("z    %5.2f\nback %5.2f\n", z[:4], back[:4])
	// Output:
	// z    [-1.26 -1.34 -0.63  0.45]
	// back [ 1.00 10.00  2.00 30.00]
}
