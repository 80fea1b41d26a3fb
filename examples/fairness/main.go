// Fairness trains a prediction that must not reveal a protected attribute. Part of the loss is the dependence of the two, measured
// after frozen maps of RBIG. It prints the trade-off of accuracy against dependence beside the best possible one, which is known
// here.
//
//	go run ./examples/fairness -out out
//
// The attribute is s, which is normal, observed as exp(2s). The target is y = u + s with u independent of s; the features are u and
// s with noise. A linear prediction w·x has the mutual information −½·log(1 − ρ²) with s, and with any increasing function of s.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/info"
	"gaussflow/losses"
	"gaussflow/rbig"
	"gaussflow/train"
)

func main() {
	out := flag.String("out", "out", "folder of the figure")
	rows := flag.Int("rows", 4000, "rows to train on")
	epochs := flag.Int("epochs", 60, "of each point of the curve")
	flag.Parse()
	if err := run(os.Stdout, *out, *rows, *epochs); err != nil {
		log.Fatal(err)
	}
}

// weights are the weights of the mutual information relative to the squared error.
var weights = []float64{0, 0.1, 0.3, 1, 3, 10}

// A point is a point of the curve.
type point struct {
	weight     float64
	error      float64 // mean squared error
	shared     info.Estimate
	bestError  float64 // error of the best possible prediction at this weight
	bestShared float64
}

func run(w io.Writer, out string, rows, epochs int) error {
	fit, judge := draw(rows, 1), draw(rows, 2)
	fmt.Fprintln(w, "weight   error   of the best   shared with the attribute, nats   of the best")
	var curve []point
	for _, weight := range weights {
		p, err := trade(fit, judge, weight, epochs)
		if err != nil {
			return err
		}
		curve = append(curve, p)
		fmt.Fprintf(w, "%6.1f  %6.3f  %6.3f        %.4f ± %.4f                  %.4f\n", p.weight, p.error, p.bestError, p.shared.Value, p.shared.SE, p.bestShared)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	return draws(curve, filepath.Join(out, "fairness.png"))
}

// draw draws rows of two features, the target, and the observed attribute.
func draw(n int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := mat.NewDense(n, 4, nil)
	for i := range n {
		u, s := rng.NormFloat64(), rng.NormFloat64()
		x.SetRow(i, []float64{u + 0.4*s + 0.5*rng.NormFloat64(), s + 0.5*rng.NormFloat64(), u + s, math.Exp(2 * s)})
	}
	return x
}

// trade trains with one weight.
func trade(fit, judge *mat.Dense, weight float64, epochs int) (point, error) {
	p := point{weight: weight}
	p.bestError, p.bestShared = best(weight)
	model := &predictor{graph.NewParam("w", graph.Float64, 2)}
	if err := model.w.Set([]float64{0.5, 0.5}); err != nil {
		return p, err
	}
	// Frozen maps that Gaussianize the untrained prediction and the attribute, each by itself.
	seen := mat.NewDense(fit.RawMatrix().Rows, 2, nil)
	for i := range fit.RawMatrix().Rows {
		seen.SetRow(i, []float64{model.predict(fit.RawRowView(i)), fit.At(i, 3)})
	}
	frozen, err := rbig.FitRows(seen, rbig.Config{Marginal: rbig.Empirical, Blocks: 1, Stop: rbig.Depth})
	if err != nil {
		return p, err
	}
	margins, err := frozen.First(0)
	if err != nil {
		return p, err
	}
	losses.Freeze(margins.Params())
	loss := fair{weight, losses.Dependence{Measure: losses.MutualInformation, Frozen: margins}}
	trainer, err := train.New(model, train.Config{Loss: loss, Optimizer: train.Adam{LearningRate: 0.02}})
	if err != nil {
		return p, err
	}
	if _, err := trainer.Fit(context.Background(), fit, train.FitConfig{Epochs: epochs, BatchSize: 1000, Workers: 1}); err != nil {
		return p, err
	}
	n, _ := judge.Dims()
	after := mat.NewDense(n, 2, nil)
	for i := range n {
		row := judge.RawRowView(i)
		after.SetRow(i, []float64{model.predict(row), row[3]})
		p.error += (after.At(i, 0) - row[2]) * (after.At(i, 0) - row[2]) / float64(n)
	}
	s, err := info.Of(after, info.Config{Names: []string{"prediction", "attribute"}})
	if err != nil {
		return p, err
	}
	p.shared, err = s.MutualInformation([]int{0}, []int{1})
	return p, err
}
