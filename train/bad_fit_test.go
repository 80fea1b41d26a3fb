package train_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/losses"
	"gaussflow/train"
)

// TestTrainBeginFails: if the OnTrainBegin of a callback fails, OnTrainEnd runs for all callbacks that have begun, and for no others.
func TestTrainBeginFails(t *testing.T) {
	var ended []string
	callback := func(name string, begin, end error) train.Callback {
		return train.LambdaCallback{
			TrainBegin: func(*train.State) error { return begin },
			TrainEnd:   func(*train.State) error { ended = append(ended, name); return end },
		}
	}
	_, err := newTrainer(t, newGaussian(graph.Float64), train.Config{EMA: 0.9}).Fit(context.Background(), someRows(9, 1), train.FitConfig{
		Callbacks: []train.Callback{callback("a", nil, io.ErrClosedPipe), callback("b", nil, nil), callback("c", errDisk, nil), callback("d", nil, nil)}})
	if !slices.Equal(ended, []string{"a", "b"}) {
		t.Errorf("OnTrainEnd of %v, want of a and b", ended)
	}
	for _, want := range []error{errDisk, io.ErrClosedPipe} {
		if err == nil || !strings.Contains(err.Error(), want.Error()) {
			t.Errorf("error %v, want one about %v", err, want)
		}
	}
}

// TestFitWithinAFit: a Fit that a callback starts on the same trainer is refused, and the outer fit goes on.
func TestFitWithinAFit(t *testing.T) {
	x := someRows(9, 1)
	tr := newTrainer(t, newGaussian(graph.Float64), adamOnNLL)
	var within error
	again := train.LambdaCallback{EpochEnd: func(*train.State) error {
		_, within = tr.Fit(context.Background(), x, train.FitConfig{})
		return nil
	}}
	h := fit(t, tr, x, train.FitConfig{Epochs: 3, Callbacks: []train.Callback{again}})
	if within == nil || !strings.Contains(within.Error(), "in a fit already") || len(h.Loss) != 3 {
		t.Errorf("within: %v, then %d epochs; want an error and 3", within, len(h.Loss))
	}
}

// TestNils: a nil penalty, optimizer, context or callback is an error that says which one is nil.
func TestNils(t *testing.T) {
	x := someRows(9, 1)
	var noContext context.Context
	compile := func(c train.Config) func() error {
		return func() error { _, err := train.New(newGaussian(graph.Float64), c); return err }
	}
	with := func(ctx context.Context, c train.FitConfig) func() error {
		return func() error {
			_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).Fit(ctx, x, c)
			return err
		}
	}
	for words, call := range map[string]func() error{
		"penalty 1 (from 0) is nil, want one":    compile(train.Config{Penalties: []losses.Penalty{losses.L2{}, nil}}),
		"penalty 0 (from 0) is a nil *losses.L2": compile(train.Config{Penalties: []losses.Penalty{(*losses.L2)(nil)}}),
		"Optimizer is a nil *train.Adam":         compile(train.Config{Optimizer: (*train.Adam)(nil)}),
		"train: Fit: ctx is nil":                 with(noContext, train.FitConfig{}),
		"train: Fit: callback 0 (from 0) is nil": with(context.Background(), train.FitConfig{Callbacks: []train.Callback{nil}}),
		"a nil *train.CSVLogger":                 with(context.Background(), train.FitConfig{Callbacks: []train.Callback{(*train.CSVLogger)(nil)}}),
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("error %v, want one about %s", err, words)
		}
	}
	_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).FitSource(noContext, &stored{x: x}, train.FitConfig{})
	if err == nil || !strings.Contains(err.Error(), "FitSource: ctx is nil") {
		t.Errorf("error %v, want one about the context", err)
	}
}
