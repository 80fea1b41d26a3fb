package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/train"
)

// outcome is what a whole run prints.
type outcome struct {
	TrainMeanLogProb float64 `json:"train_mean_log_prob"`
}

// wholeRuns times whole processes.
func wholeRuns(m *meter, _ *report) (section, error) {
	s := section{Unit: "mean log p of the training rows, nats"}
	if !m.wanted("run", "moons/float32") {
		return s, nil
	}
	field := []contestant{important(m.process("fused", false, func() (*exec.Cmd, error) { return child("run") }))}
	for _, k := range flowPeers {
		for _, k := range m.settings(k) {
			field = append(field, m.process(k.name(), true, func() (*exec.Cmd, error) {
				return m.command(k, "run"), nil
			}))
		}
	}
	s.Cases = m.race("moons/float32", field)
	s.Notes = []string{"5000 two-moons rows, made by each with its own generator; float32, random start, 20 epochs of batches of 512, Adam 3e-3. Imports and compilation are part of it."}
	return s, nil
}

// process is a contestant that runs as a whole process.
func (m *meter) process(who string, outside bool, start func() (*exec.Cmd, error)) contestant {
	var last outcome
	return contestant{who: who, outside: outside, value: func() float64 { return last.TrainMeanLogProb },
		do: func(n int) (l lap, err error) {
			begin := time.Now()
			for range n {
				var out, words bytes.Buffer
				c, err := start()
				if err != nil {
					return l, err
				}
				c.Stdout, c.Stderr = &out, &words
				if err := within(m.limit, c); err != nil {
					return l, fmt.Errorf("%s: %w: %s", who, err, lastLine(words.String()))
				}
				if err := json.Unmarshal(out.Bytes(), &last); err != nil {
					return l, fmt.Errorf("%s: %w", who, err)
				}
			}
			return lap{seconds: time.Since(begin).Seconds() / float64(n)}, nil
		}}
}

// within runs a process, and kills it if it takes longer than the limit.
func within(limit time.Duration, c *exec.Cmd) error {
	c.WaitDelay = time.Second // a process that it started may hold its output open
	if err := c.Start(); err != nil {
		return err
	}
	late := time.AfterFunc(limit, func() { c.Process.Kill() })
	err := c.Wait()
	if !late.Stop() {
		return fmt.Errorf("not done within %v", limit)
	}
	return err
}

// wholeRun makes the rows, trains the flow and prints the outcome.
func wholeRun() error {
	x, err := moons(5000)
	if err != nil {
		return err
	}
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

// moons are n standardized rows of two half circles with Gaussian noise of 0.08.
func moons(n int) (*mat.Dense, error) {
	law, err := data.NewMoons(0.08)
	if err != nil {
		return nil, err
	}
	t, err := data.Draw(law, n, initializers.NewRand(42, 0))
	if err != nil {
		return nil, err
	}
	for j := range 2 {
		mean, std := stat.PopMeanStdDev(mat.Col(nil, j, t.X), nil)
		for i := range n {
			t.X.Set(i, j, (t.X.At(i, j)-mean)/std)
		}
	}
	return t.X, nil
}
