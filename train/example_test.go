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

// shifted is a normal distribution of variance 1 with a trainable mean: z = x − mean.
type shifted struct{ mean *graph.Param }

func (m shifted) Dim() int               { return 1 }
func (m shifted) Dtype() graph.Dtype     { return m.mean.Dtype() }
func (m shifted) Params() []*graph.Param { return []*graph.Param{m.mean} }

func (m shifted) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	z := b.Sub(x, b.Param(m.mean))
	return losses.Terms{Output: z, LogBase: b.LogNormal(z)}
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

// signs is a user's own optimizer: each number moves by the learning rate, against the sign of its smoothed gradient.
type signs struct{ Momentum float64 }

func (signs) Rate() float64   { return 0.01 }
func (signs) Slots() int      { return 1 }
func (signs) Validate() error { return nil }

func (o signs) Rules() train.Rules {
	return train.Rules{Float64: signRule[float64](o), Float32: signRule[float32](o)}
}

// signRule is one generic function for float32 and float64.
func signRule[T float32 | float64](o signs) train.Rule[T] {
	return func(p train.Part[T], rate float64, _ int) {
		velocity := p.State[0]
		for i, g := range p.Grad {
			velocity[i] += T(1-o.Momentum) * (g - velocity[i])
			switch {
			case velocity[i] > 0:
				p.Values[i] -= T(rate)
			case velocity[i] < 0:
				p.Values[i] += T(rate)
			}
		}
	}
}

// An optimizer is a generic function and a few methods.
func ExampleOptimizer() {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		model := shifted{graph.NewParam("mean", dtype, 1)}
		trainer, err := train.New(model, train.Config{Optimizer: signs{Momentum: 0.9}})
		if err != nil {
			log.Fatal(err)
		}
		x := mat.NewDense(4, 1, []float64{1, 2, 3, 4})
		if _, err := trainer.Fit(context.Background(), x, train.FitConfig{Epochs: 10}); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: after 10 steps of 0.01 the mean is %.2f\n", dtype, model.mean.Values()[0])
	}
	// Output:
	// float64: after 10 steps of 0.01 the mean is 0.10
	// float32: after 10 steps of 0.01 the mean is 0.10
}

// centredNLL is a loss of the batch as a whole: beside the NLL, Weight times the squared mean of the latent numbers.
type centredNLL struct {
	losses.NLL
	Weight float64
}

// Batchwise says that a row's loss depends on the others, and so a batch is not cut up between workers.
func (centredNLL) Batchwise() bool { return true }

func (l centredNLL) Rows(b *graph.Builder, t losses.Terms) *G.Node {
	n := graph.Rows(t.Output)
	mean := b.Scale(b.SumLast(b.Reshape(t.Output, n)), 1/float64(n))
	return b.Add(l.NLL.Rows(b, t), b.ExpandLast(b.Scale(b.Mul(mean, mean), l.Weight), n))
}

// A loss of the whole batch is the same number with any number of workers.
func ExampleNew_batchLoss() {
	x := mat.NewDense(4, 1, []float64{1, 2, 3, 4})
	for _, workers := range []int{1, 2, 4} {
		trainer, err := train.New(shifted{graph.NewParam("mean", graph.Float64, 1)}, train.Config{Loss: centredNLL{Weight: 10}})
		if err != nil {
			log.Fatal(err)
		}
		history, err := trainer.Fit(context.Background(), x, train.FitConfig{Workers: workers})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.4f ", history.Loss[0])
	}
	// Output: 67.1689 67.1689 67.1689
}
