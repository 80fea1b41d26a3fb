package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/train"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// newCoupling is the flow of the trained studies.
func newCoupling() (*flows.Flow, error) {
	return flows.NewCoupling(2, flows.CouplingConfig{Blocks: 4, Components: 8, Hidden: []int{32, 32}, Seed: 11})
}

// trained fits a flow and returns the loss of the rows for fitting and of those for judging, at the start and after each epoch.
func (b *bench) trained(f *flows.Flow) (fitted, held []float64, err error) {
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 3e-3}}); err != nil {
		return nil, nil, err
	}
	first, err := f.Evaluate(b.fit, nil)
	if err != nil {
		return nil, nil, err
	}
	score, err := b.score(f)
	if err != nil {
		return nil, nil, err
	}
	history, err := f.Fit(context.Background(), b.fit, train.FitConfig{Epochs: b.epochs, BatchSize: 512, ValidationData: b.judge})
	if err != nil {
		return nil, nil, err
	}
	return append([]float64{first}, history.Loss...), append([]float64{-score}, history.ValLoss...), nil
}

// coupling trains a coupling flow from its warm start.
func coupling(b *bench) error {
	f, err := newCoupling()
	if err != nil {
		return err
	}
	if _, err := f.InitFrom(b.fit, initializers.IGConfig{}); err != nil {
		return err
	}
	before, err := density("warm start", f)
	if err != nil {
		return err
	}
	fitted, held, err := b.trained(f)
	if err != nil {
		return err
	}
	after, err := density("trained", f)
	if err != nil {
		return err
	}
	last := len(held) - 1
	fmt.Fprintf(b.w, "−log p held out: %.4f at the start, %.4f after %d epochs; of the rows fitted to %.4f; truth %.4f\n", held[0], held[last], last, fitted[last], -b.truth)
	curves, err := lines("Training", "epoch", "−log p, nats", math.Inf(-1), curve{name: "rows fitted to", y: fitted}, curve{name: "rows held out", y: held}, constant("truth", -b.truth, len(held)))
	if err != nil {
		return err
	}
	curves.Legend.Top = true
	return save(b.path("coupling"), 32*vg.Centimeter, 10*vg.Centimeter, []*plot.Plot{before, after, curves})
}

// warmStart trains two kinds of flow, each from the warm start and from random parameters.
func warmStart(b *bench) error {
	var both []*plot.Plot
	fmt.Fprintln(b.w, "flow       start    −log p held out at the start, after 5 epochs, at the end")
	for _, kind := range []struct {
		name string
		make func() (*flows.Flow, error)
	}{
		{"diagonal", func() (*flows.Flow, error) {
			return flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 8, Components: 8, Seed: 11})
		}},
		{"coupling", newCoupling},
	} {
		var curves []curve
		for _, warm := range []bool{true, false} {
			f, err := kind.make()
			if err != nil {
				return err
			}
			name := "random"
			if warm {
				name = "warm"
				if _, err := f.InitFrom(b.fit, initializers.IGConfig{}); err != nil {
					return err
				}
			}
			_, held, err := b.trained(f)
			if err != nil {
				return err
			}
			fmt.Fprintf(b.w, "%-10s %-8s %8.4f %8.4f %8.4f\n", kind.name, name, held[0], held[min(5, len(held)-1)], held[len(held)-1])
			curves = append(curves, curve{name: name + " start", y: capped(held, 4)})
		}
		p, err := lines("A "+kind.name+" flow", "epoch", "−log p held out, nats", math.Inf(-1), append(curves, constant("truth", -b.truth, len(curves[0].y)))...)
		if err != nil {
			return err
		}
		p.Legend.Top = true
		both = append(both, p)
	}
	return save(b.path("warm-start"), 26*vg.Centimeter, 10*vg.Centimeter, both)
}

// capped limits values to the upper edge of the figure.
func capped(v []float64, most float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = min(x, most)
	}
	return out
}
