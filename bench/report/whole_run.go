package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/train"
)

// wholeRunVariable makes this program do the run itself, so that a whole process of ours can be timed.
const wholeRunVariable = "GAUSSFLOW_REPORT_WHOLE_RUN"

// outcome is what a whole run prints.
type outcome struct {
	TrainMeanLogProb float64 `json:"train_mean_log_prob"`
}

// wholeRuns times processes from their start to their end.
func wholeRuns(m *meter, _ *report) (section, error) {
	s := section{Unit: "mean log p of the training rows, nats"}
	if !m.wanted("run", "moons/float32") {
		return s, nil
	}
	self, err := os.Executable()
	if err != nil {
		return s, err
	}
	field := []contestant{process("fused", false, func() *exec.Cmd {
		c := exec.Command(self)
		c.Env = append(os.Environ(), wholeRunVariable+"=1")
		return c
	})}
	for _, k := range flowPeers {
		for _, threads := range m.threads {
			k := k.with(threads)
			field = append(field, process(k.name(), true, func() *exec.Cmd {
				return command(m.python, peersFolder, k.arguments("run"))
			}))
		}
	}
	s.Cases = m.race("moons/float32", field)
	s.Notes = []string{"5000 two-moons rows, made by each with its own generator; float32, random start, 20 epochs of batches of 512, Adam 3e-3. Imports and compilation are part of it."}
	return s, nil
}

// process is the contestant that a whole process is.
func process(who string, outside bool, start func() *exec.Cmd) contestant {
	var last outcome
	return contestant{who: who, outside: outside, value: func() float64 { return last.TrainMeanLogProb },
		do: func(n int) (l lap, err error) {
			begin := time.Now()
			for range n {
				var out, words bytes.Buffer
				c := start()
				c.Stdout, c.Stderr = &out, &words
				if err := c.Run(); err != nil {
					return l, fmt.Errorf("%s: %w: %s", who, err, lastLine(words.String()))
				}
				if err := json.Unmarshal(out.Bytes(), &last); err != nil {
					return l, fmt.Errorf("%s: %w", who, err)
				}
			}
			return lap{seconds: time.Since(begin).Seconds() / float64(n)}, nil
		}}
}

// wholeRun makes the rows, trains the flow and prints the outcome.
func wholeRun() error {
	x := moons(5000)
	f, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 4, Components: 8, Hidden: []int{32, 32}, Seed: 1, Dtype: graph.Float32})
	if err != nil {
		return err
	}
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 3e-3}}); err != nil {
		return err
	}
	if _, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: 20, BatchSize: 512}); err != nil {
		return err
	}
	lp, err := f.LogProb(x)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(outcome{stat.Mean(lp, nil)})
}

// moons are n standardized rows of two half circles, uniform in angle, with Gaussian noise of 0.08.
func moons(n int) *mat.Dense {
	rng := initializers.NewRand(42, 0)
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		sin, cos := math.Sincos(math.Pi * rng.Float64())
		if i%2 == 1 {
			sin, cos = 0.5-sin, 1-cos
		}
		x.SetRow(i, []float64{cos + 0.08*rng.NormFloat64(), sin + 0.08*rng.NormFloat64()})
	}
	for j := range 2 {
		mean, std := stat.PopMeanStdDev(mat.Col(nil, j, x), nil)
		for i := range n {
			x.Set(i, j, (x.At(i, j)-mean)/std)
		}
	}
	return x
}
