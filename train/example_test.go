package train_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/losses"
	"gaussflow/train"
)

// shifted is a normal of variance 1 whose mean is to be learnt: z = x − mean.
type shifted struct{ mean *graph.Param }

func (m shifted) Dim() int               { return 1 }
func (m shifted) Dtype() graph.Dtype     { return graph.Float64 }
func (m shifted) Params() []*graph.Param { return []*graph.Param{m.mean} }

func (m shifted) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	return losses.Terms{Output: b.Sub(x, b.Param(m.mean))}
}

// Anything with parameters and a graph can be trained.
func Example() {
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(1000, 1, nil)
	for i := range 1000 {
		x.Set(i, 0, 5+rng.NormFloat64())
	}
	model := shifted{graph.NewParam("mean", graph.Float64, 1)}
	trainer, err := train.New(model, train.Config{Optimizer: train.Adam{LearningRate: 0.1}})
	if err != nil {
		log.Fatal(err)
	}
	history, err := trainer.Fit(context.Background(), x, train.FitConfig{Epochs: 40, BatchSize: 100, ValidationSplit: 0.1,
		Callbacks: []train.Callback{&train.EarlyStopping{Patience: 3, RestoreBest: true}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("mean %.0f, loss fell: %v\n", model.mean.Values()[0], history.Loss[len(history.Loss)-1] < history.Loss[0])
	// Output: mean 5, loss fell: true
}
