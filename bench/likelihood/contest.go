package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// The settings of training, the same for both sides.
const (
	rate   = 1e-3 // at first; it falls as a cosine, to 0 in the last epoch
	batch  = 256
	epochs = 200
	stack  = 3 // autoregressive layers
	steep  = 3 // bound of the logarithm of an affine layer's slope; of 3, 4 and 7 the best on four tables that are not here
)

var hidden = []int{64, 64}

// A contestant is a flow, with the name of its counterpart in zuko, if there is one.
type contestant struct {
	name, peer string
	make       func(dim int, seed uint64) (*flows.Flow, error)
	warm       bool // training starts from the iterative Gaussianization of the rows
}

var contestants = []contestant{
	{"NSF", "NSF", autoregressive(transforms.RationalQuadraticSpline{Bins: 8, Bound: 5}), false},
	{"MAF", "MAF", autoregressive(transforms.Affine{Bound: steep, ShiftLast: true}), false},
	{"coupling", "", func(dim int, seed uint64) (*flows.Flow, error) {
		return flows.NewCoupling(dim, flows.CouplingConfig{Seed: seed})
	}, true},
}

// autoregressive stacks layers whose order is reversed from one to the next.
func autoregressive(t transforms.Transform) func(dim int, seed uint64) (*flows.Flow, error) {
	return func(dim int, seed uint64) (*flows.Flow, error) {
		var named []flows.Named
		for i := range stack {
			c := layers.AutoregressiveConfig{Transform: t, Conditioner: layers.MLPConfig{Hidden: hidden, Seed: seed + uint64(i)}.Masked}
			if i%2 == 1 {
				c.Order = layers.Reversed(dim)
			}
			layer, err := layers.NewAutoregressive(dim, c)
			if err != nil {
				return nil, err
			}
			named = append(named, flows.Named{Name: fmt.Sprintf("layer%d", i), Layer: layer})
		}
		return flows.New(named...)
	}
}

// contest fits our flow and the peer's.
func (c contestant) contest(ctx context.Context, t table, o options) (result, error) {
	r := result{table: t, flow: c.name}
	var err error
	if r.ours, err = c.fit(ctx, t, o.seed); err != nil || o.python == "" || c.peer == "" {
		return r, err
	}
	r.peer, err = zuko(ctx, c.peer, t, o)
	return r, err
}

// fit fits our flow.
func (c contestant) fit(ctx context.Context, t table, seed uint64) (outcome, error) {
	start := time.Now()
	f, err := c.make(t.dim(), seed)
	if err != nil {
		return outcome{}, err
	}
	if c.warm {
		if _, err := f.InitFrom(t.train, initializers.IGConfig{Seed: seed}); err != nil {
			return outcome{}, err
		}
	}
	n, _ := t.train.Dims()
	schedule := train.Cosine{Peak: rate, DecaySteps: epochs * ((n + batch - 1) / batch)}
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: rate}, Schedule: schedule}); err != nil {
		return outcome{}, err
	}
	_, err = f.Fit(ctx, t.train, train.FitConfig{
		Epochs: epochs, BatchSize: batch, Seed: seed, ValidationData: t.validate,
		Callbacks: []train.Callback{&train.EarlyStopping{Patience: epochs, RestoreBest: true}},
	})
	if err != nil {
		return outcome{}, err
	}
	seconds := time.Since(start).Seconds()
	logProb, err := f.LogProb(t.test)
	if err != nil {
		return outcome{}, err
	}
	return outcome{logProb, f.TrainableParams(), seconds}, nil
}

// zuko trains the peer's flow in a separate process, on the same arrays.
func zuko(ctx context.Context, flow string, t table, o options) (*outcome, error) {
	dir, err := os.MkdirTemp("", "likelihood")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for name, x := range map[string]*mat.Dense{"train": t.train, "validate": t.validate, "test": t.test} {
		if err := write(filepath.Join(dir, name+".npy"), x); err != nil {
			return nil, err
		}
	}
	c := exec.CommandContext(ctx, o.python, filepath.Join("bench", "peers", "zuko_peer.py"), dir, flow,
		strconv.Itoa(stack), strconv.Itoa(epochs), strconv.FormatUint(o.seed, 10))
	c.Stderr = os.Stderr
	answer, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("zuko: %w", err)
	}
	peer := &outcome{}
	if err := json.Unmarshal(answer, peer); err != nil {
		return nil, fmt.Errorf("zuko: %w", err)
	}
	if rows, _ := t.test.Dims(); len(peer.LogProb) != rows {
		return nil, fmt.Errorf("zuko: log p of %d rows, want %d", len(peer.LogProb), rows)
	}
	return peer, nil
}

func write(path string, x *mat.Dense) error {
	n, d := x.Dims()
	w, err := data.Create(path, defaults.Names("x", d))
	if err != nil {
		return err
	}
	defer w.Discard()
	for i := range n {
		if err := w.Write(x.RawRowView(i)); err != nil {
			return err
		}
	}
	return w.Close()
}
