package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// reported is a callback that reports one figure at the end of each epoch, and reports nothing where the number is NaN.
func reported(name string, values ...float64) train.Callback {
	return train.LambdaCallback{EpochEnd: func(s *train.State) error {
		if v := values[s.Epoch]; !math.IsNaN(v) {
			return s.Report(name, v)
		}
		return nil
	}}
}

// TestMetricIsMonitored: a figure that a user's callback reports can stop a fit, choose the parameters to restore and to
// save, and cut the rate.
func TestMetricIsMonitored(t *testing.T) {
	var after [][]float64
	var saved []int
	m := newGaussian(graph.Float64)
	record := train.LambdaCallback{EpochEnd: func(*train.State) error { after = append(after, m.theta()); return nil }}
	keep := &train.ModelCheckpoint{Monitor: "odd", BestOnly: true, Save: func(s *train.State) error { saved = append(saved, s.Epoch); return nil }}
	stop := &train.EarlyStopping{Monitor: "odd", Patience: 2, RestoreBest: true}
	cut := &train.ReduceLROnPlateau{Monitor: "odd", Patience: 1, Factor: 0.5}
	h := fit(t, newTrainer(t, m, slowSGD), someRows(20, 1), train.FitConfig{Epochs: 9, BatchSize: 20, ValidationSplit: 0.2,
		Callbacks: []train.Callback{reported("odd", 5, 3, 4, 4, 0, 0, 0, 0, 0), record, keep, stop, cut}})
	if want := []float64{5, 3, 4, 4}; !slices.Equal(h.Metrics["odd"], want) || h.BestEpoch != 1 {
		t.Errorf("got the history %v, best epoch %d, want %v and 1", h.Metrics, h.BestEpoch, want)
	}
	if want := []int{0, 1}; !slices.Equal(saved, want) {
		t.Errorf("saved after epochs %v, want %v", saved, want)
	}
	if !slices.Equal(m.theta(), after[1]) {
		t.Errorf("the fit leaves %v, want those of epoch 1, %v", m.theta(), after[1])
	}
	if want := []float64{0.05, 0.05, 0.05, 0.025}; !slices.Equal(h.LearningRate, want) {
		t.Errorf("learning rates %v, want %v", h.LearningRate, want)
	}
}

// TestMetricHistory: epochs without a report have NaN, and every number survives JSON and a checkpoint.
func TestMetricHistory(t *testing.T) {
	nan := math.NaN()
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(epochs int, c train.Checkpoint) string {
		h := fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), someRows(60, 1), train.FitConfig{Epochs: epochs, Workers: 1, Checkpoint: c,
			Callbacks: []train.Callback{reported("late", nan, 0.30000000000000004, nan, math.Inf(1)), reported("early", 1, nan, nan, nan)}})
		raw, err := json.Marshal(h.Metrics["late"][1:2])
		errtest.None(t, err)
		whole, err := json.Marshal(h)
		errtest.None(t, err)
		var back train.History
		errtest.None(t, json.Unmarshal(whole, &back))
		again, err := json.Marshal(back)
		errtest.None(t, err)
		if !bytes.Equal(again, whole) || string(raw) != "[0.30000000000000004]" {
			t.Errorf("%s reads back as %s", whole, again)
		}
		_, metrics, _ := strings.Cut(string(whole), `"metrics"`)
		return metrics
	}
	want := `:{"early":[1,"NaN","NaN","NaN"],"late":["NaN",0.30000000000000004,"NaN","+Inf"]}}`
	if got := run(4, train.Checkpoint{}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	run(2, train.Checkpoint{Path: path})
	if got := run(4, train.Checkpoint{Path: path, Resume: true}); got != want {
		t.Errorf("resumed: got %s, want %s", got, want)
	}
}

// TestBadReport: reporting under a name that the fit uses itself, before an epoch has ended or to a State without a fit is
// an error, and so is monitoring a figure that no callback reports.
func TestBadReport(t *testing.T) {
	run := func(callbacks ...train.Callback) error {
		_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).Fit(context.Background(), someRows(20, 1), train.FitConfig{Epochs: 2, Callbacks: callbacks})
		return err
	}
	early := func(s *train.State) error { return s.Report("odd", 1) }
	var none *train.State
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"loss":             {run(reported("loss", 1, 1)), `"loss"`},
		"val_loss":         {run(reported("val_loss", 1, 1)), `"val_loss"`},
		"empty":            {run(reported("", 1, 1)), "not empty"},
		"train begin":      {run(train.LambdaCallback{TrainBegin: early}), "has not ended"},
		"epoch begin":      {run(train.LambdaCallback{EpochBegin: early}), "has not ended"},
		"batch end":        {run(train.LambdaCallback{BatchEnd: early}), "has not ended"},
		"no fit":           {(&train.State{}).Report("odd", 1), "has not ended"},
		"nil":              {none.Report("odd", 1), "nil"},
		"nobody reports":   {run(&train.EarlyStopping{Monitor: "odd"}), `"odd"`},
		"reported after":   {run(&train.EarlyStopping{Monitor: "odd"}, reported("odd", 1, 1)), "before this one"},
		"not in the epoch": {run(reported("odd", 1, math.NaN()), &train.EarlyStopping{Monitor: "odd"}), "before this one"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, c.err, c.want)
		}
	}
}
