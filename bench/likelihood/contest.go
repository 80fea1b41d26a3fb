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
	"gonum.org/v1/gonum/stat"

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
	fits   = 3 // on each side, with seeds of their own
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
	var ours, theirs []outcome
	for seed := o.seed; seed < o.seed+fits; seed++ {
		fit, err := c.fit(ctx, t, seed)
		if err != nil {
			return r, err
		}
		ours = append(ours, fit)
		if o.python == "" || c.peer == "" {
			continue
		}
		if fit, err = zuko(ctx, c.peer, t, o.python, seed); err != nil {
			return r, err
		}
		theirs = append(theirs, fit)
	}
	r.ours, r.peer = merged(ours), merged(theirs)
	return r, nil
}

// merged is the mean of fits, row by row.
func merged(fits []outcome) outcome {
	if len(fits) == 0 {
		return outcome{}
	}
	all := outcome{LogProb: make([]float64, len(fits[0].LogProb)), Parameters: fits[0].Parameters}
	for _, f := range fits {
		for i, v := range f.LogProb {
			all.LogProb[i] += v / float64(len(fits))
		}
		all.Seconds += f.Seconds / float64(len(fits))
		all.fits = append(all.fits, stat.Mean(f.LogProb, nil))
	}
	return all
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
	return outcome{LogProb: logProb, Parameters: f.TrainableParams(), Seconds: seconds}, nil
}

// zuko trains the peer's flow in a separate process, on the same arrays.
func zuko(ctx context.Context, flow string, t table, python string, seed uint64) (peer outcome, err error) {
	dir, err := os.MkdirTemp("", "likelihood")
	if err != nil {
		return peer, err
	}
	defer os.RemoveAll(dir)
	for name, x := range map[string]*mat.Dense{"train": t.train, "validate": t.validate, "test": t.test} {
		if err := write(filepath.Join(dir, name+".npy"), x); err != nil {
			return peer, err
		}
	}
	c := exec.CommandContext(ctx, python, filepath.Join("bench", "peers", "zuko_peer.py"), dir, flow,
		strconv.Itoa(stack), strconv.Itoa(epochs), strconv.FormatUint(seed, 10))
	c.Stderr = os.Stderr
	answer, err := c.Output()
	if err != nil {
		return peer, fmt.Errorf("zuko: %w", err)
	}
	if err := json.Unmarshal(answer, &peer); err != nil {
		return peer, fmt.Errorf("zuko: %w", err)
	}
	if rows, _ := t.test.Dims(); len(peer.LogProb) != rows {
		return peer, fmt.Errorf("zuko: log p of %d rows, want %d", len(peer.LogProb), rows)
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
