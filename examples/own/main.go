// Command own trains a flow made entirely of its own pieces: an affine coupling with a residual conditioner, a logarithm, a base of
// Student's t, an optimizer and a metric. It saves the flow, loads it in another process, and compares log p bit for bit.
// docs/your-own.md explains it piece by piece.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/train"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) == 3 && os.Args[1] == "load" {
		flow, err := flows.Load(os.Args[2])
		must(err)
		os.Stdout.Write(densities(flow))
		return
	}
	flow := newFlow()
	fit(flow)

	folder, err := os.MkdirTemp("", "own")
	must(err)
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "model.safetensors")
	must(flow.Save(file))
	itself, err := os.Executable()
	must(err)
	loaded, err := exec.Command(itself, "load", file).Output()
	must(err)
	if !bytes.Equal(loaded, densities(flow)) {
		log.Fatal("another process computes another log p from the file")
	}
	fmt.Println("loaded in another process: the same log p, bit for bit")
}

// newFlow is log → coupling of one half → coupling of the other → Student's t.
func newFlow() *flows.Flow {
	first := layers.Mask{true, false}
	named := []flows.Named{{Name: "log", Layer: logMap{first}}}
	for i, mask := range []layers.Mask{first, first.Not(), first, first.Not()} {
		coupling, err := layers.NewCoupling(2, layers.CouplingConfig{
			Mask: mask, Transform: affine{}, Conditioner: residualConfig{Width: 16, Seed: uint64(i)}.New})
		must(err)
		named = append(named, flows.Named{Name: fmt.Sprintf("coupling%d", i), Layer: coupling})
	}
	flow, err := flows.NewWithBase(student{graph.NewParam("eta", graph.Float64, 2)}, named...)
	must(err)
	return flow
}

// fit trains the flow on rows, and prints its log p of other rows beside that of the density from which both were
// drawn.
func fit(flow *flows.Flow) {
	x, _ := draw(4000, 1)
	held, truth := draw(4000, 2)
	must(flow.Compile(train.Config{Optimizer: lion{LearningRate: 3e-3}}))
	history, err := flow.Fit(context.Background(), x, train.FitConfig{Epochs: 40, BatchSize: 100, Workers: 1, Callbacks: []train.Callback{
		&oddest{flow: flow, rows: held},
		&train.ReduceLROnPlateau{Monitor: "oddest", Factor: 0.3, Patience: 8},
		&train.EarlyStopping{Monitor: "oddest", Patience: 20, RestoreBest: true},
	}})
	must(err)
	nll, err := flow.Evaluate(held, nil)
	must(err)
	metric := history.Metrics["oddest"]
	fmt.Printf("%d epochs, oddest %.2f → %.2f nats; mean log p %.3f nats, of the density itself %.3f\n",
		len(metric), metric[0], metric[history.BestEpoch], -nll, truth)
	if -nll < truth-0.1 {
		log.Fatal("the fit is further from the truth than 0.1 nats")
	}
}

// draw draws n rows of an income and a quantity that depends on it, and returns the mean of their true log p:
//
//	log x₁ = 1 + t₁/2,  x₂ = 2·tanh(log x₁) + t₂,  t₁, t₂ of Student's t with 5 degrees of freedom.
func draw(n int, seed uint64) (x *mat.Dense, meanLogProb float64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	t := distuv.StudentsT{Sigma: 1, Nu: 5, Src: rng}
	x = mat.NewDense(n, 2, nil)
	for i := range n {
		t1, t2 := t.Rand(), t.Rand()
		logX := 1 + t1/2
		x.SetRow(i, []float64{math.Exp(logX), 2*math.Tanh(logX) + t2})
		meanLogProb += (t.LogProb(t1) + math.Ln2 - logX + t.LogProb(t2)) / float64(n)
	}
	return x, meanLogProb
}

// densities are the bits of log p of some rows, and of samples.
func densities(flow *flows.Flow) []byte {
	x, _ := draw(1000, 3)
	logProb, err := flow.LogProb(x)
	must(err)
	samples, ofSamples, err := flow.SampleAndLogProb(1000, rand.New(rand.NewPCG(4, 0)))
	must(err)
	var out bytes.Buffer
	for _, v := range append(append(logProb, ofSamples...), samples.RawMatrix().Data...) {
		fmt.Fprintf(&out, "%x\n", math.Float64bits(v))
	}
	return out.Bytes()
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
