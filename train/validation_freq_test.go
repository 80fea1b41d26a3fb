package train_test

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// TestValidationFreq: if only every third epoch is validated, it has the loss that it has when all are validated; the others
// have none, and callbacks that monitor it wait.
func TestValidationFreq(t *testing.T) {
	x, held := someRows(40, 1), someRows(30, 2)
	var table bytes.Buffer
	saved := 0
	run := func(freq int, callbacks ...train.Callback) *train.History {
		return fit(t, newTrainer(t, newGaussian(graph.Float64), slowSGD), x, train.FitConfig{
			Epochs: 7, BatchSize: 10, ValidationData: held, ValidationFreq: freq, Callbacks: callbacks})
	}
	each := run(1)
	third := run(3, &train.CSVLogger{Out: &table}, &train.EarlyStopping{Patience: 2, RestoreBest: true},
		&train.ReduceLROnPlateau{Patience: 2, Monitor: train.MonitorValLoss},
		&train.ModelCheckpoint{BestOnly: true, Save: func(s *train.State) error {
			if s.Epoch != train.Start {
				saved++
				if !s.Logs.HasVal {
					t.Errorf("saved after epoch %d, which has not been validated", s.Epoch)
				}
			}
			return nil
		}})
	if len(third.ValLoss) != 7 || len(third.Loss) != 7 {
		t.Fatalf("%d epochs, %d validation losses, want 7 of both", len(third.Loss), len(third.ValLoss))
	}
	for e, v := range third.ValLoss {
		if validated := (e+1)%3 == 0; validated && v != each.ValLoss[e] || !validated && !math.IsNaN(v) {
			t.Errorf("epoch %d (from 0): validation loss %v, where all have one %v", e, v, each.ValLoss[e])
		}
	}
	if third.BestEpoch != 5 || saved != 2 {
		t.Errorf("the best epoch is %d, %d were saved, want 5 and 2", third.BestEpoch, saved)
	}
	lines := strings.Split(strings.TrimSpace(table.String()), "\n")
	for e, line := range lines[1:] {
		if empty := strings.Split(line, ",")[2] == ""; empty == ((e+1)%3 == 0) {
			t.Errorf("line %q", line)
		}
	}
}

// TestValidationFreqResumed: a resumed fit is the same fit, and one that validates other epochs is refused as another one.
func TestValidationFreqResumed(t *testing.T) {
	x, held := someRows(40, 1), someRows(30, 2)
	path := filepath.Join(t.TempDir(), "fit")
	run := func(epochs, freq int, path string) (*train.History, error) {
		return newTrainer(t, newGaussian(graph.Float64), slowSGD).Fit(context.Background(), x, train.FitConfig{Epochs: epochs, BatchSize: 10, Workers: 1,
			ValidationData: held, ValidationFreq: freq, Checkpoint: train.Checkpoint{Path: path, Resume: true},
			Callbacks: []train.Callback{&train.EarlyStopping{Patience: 3, RestoreBest: true}}})
	}
	want, err := run(6, 2, filepath.Join(t.TempDir(), "whole"))
	errtest.None(t, err)
	_, err = run(3, 2, path)
	errtest.None(t, err)
	got, err := run(6, 2, path)
	errtest.None(t, err)
	same(t, "losses", got.Loss, want.Loss)
	for e, v := range want.ValLoss {
		if got.ValLoss[e] != v && !(math.IsNaN(v) && math.IsNaN(got.ValLoss[e])) {
			t.Errorf("validation losses %v, want %v", got.ValLoss, want.ValLoss)
		}
	}
	if _, err := run(7, 3, path); err == nil || !strings.Contains(err.Error(), "validation every: got 2 epochs, want 3 epochs") {
		t.Errorf("got %v, want an error that it validates at other epochs", err)
	}
	if _, err := run(7, -1, path); err == nil || !strings.Contains(err.Error(), "ValidationFreq = -1") {
		t.Errorf("got %v, want an error", err)
	}
}
