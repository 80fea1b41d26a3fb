package losses_test

import (
	"fmt"
	"log"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/losses"
)

// A layer has doubled x = 1 to z = 2: its log-det is log 2 = 0.69, which the exact loss takes off the base term.
func Example() {
	var z, layerLoss, base, exact *G.Node
	program, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		z, layerLoss = b.Input("z", 1, 1), b.Input("-logDet", 1)
		terms := losses.Terms{Output: z, LogBase: b.LogNormal(z), LayerLosses: []*G.Node{layerLoss}}
		base, exact = b.Scale(terms.LogBase, -1), losses.NLL{}.Rows(b, terms)
		return []*G.Node{base, exact}
	})
	if err != nil {
		log.Fatal(err)
	}
	program.Set(z, []float64{2})
	program.Set(layerLoss, []float64{-0.69})
	if err := program.Run(); err != nil {
		log.Fatal(err)
	}
	var baseOf, exactOf [1]float64
	program.Get(base, baseOf[:])
	program.Get(exact, exactOf[:])
	fmt.Printf("base %.2f, exact %.2f nats\n", baseOf[0], exactOf[0])
	// Output: base 2.92, exact 2.23 nats
}
