package train_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/train"
)

// stderrOf is what a fit at verbosity v writes to the standard error that err stands in for.
func stderrOf(t *testing.T, err *os.File, v train.Verbosity) {
	t.Helper()
	real := os.Stderr
	os.Stderr = err
	defer func() { os.Stderr = real }()
	fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), someRows(20, 1),
		train.FitConfig{Epochs: 2, BatchSize: 10, ValidationSplit: 0.5, Verbosity: v})
}

// TestVerbosityOfAFile: no bar where standard error is no terminal; lines anywhere.
func TestVerbosityOfAFile(t *testing.T) {
	for v, lines := range map[train.Verbosity]int{train.Silent: 0, train.ProgressBar: 0, train.EpochLines: 2} {
		f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		noError(t, err)
		stderrOf(t, f, v)
		noError(t, f.Close())
		text, err := os.ReadFile(f.Name())
		noError(t, err)
		if got := strings.Count(string(text), "\n"); got != lines || len(text) > 0 != (lines > 0) {
			t.Errorf("verbosity %d: wrote %q, want %d lines", v, text, lines)
		}
		if lines > 0 {
			for _, word := range []string{"epoch 1/2", "epoch 2/2", "loss", "val_loss", "lr 0.05"} {
				if !strings.Contains(string(text), word) {
					t.Errorf("%q does not say %s", text, word)
				}
			}
		}
	}
}

func TestNoSuchVerbosity(t *testing.T) {
	_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).Fit(context.Background(), someRows(20, 1), train.FitConfig{Verbosity: 7})
	if err == nil || !strings.Contains(err.Error(), "Verbosity = 7") {
		t.Errorf("error %v, want one about Verbosity = 7", err)
	}
}

// TestProgress on a writer of the caller's: it ends full, and an early stop leaves it where it was.
func TestProgress(t *testing.T) {
	for name, last := range map[string]string{"full": "4/4", "stopped": "2/4"} {
		var out bytes.Buffer
		stop := train.LambdaCallback{EpochEnd: func(s *train.State) error {
			if name == "stopped" {
				s.Stop()
			}
			return nil
		}}
		fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), someRows(20, 1), train.FitConfig{
			Epochs: 2, BatchSize: 10, Callbacks: []train.Callback{stop, &train.Progress{Out: &out}}})
		text := out.String()
		if !strings.Contains(text, last) || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s: the bar ends as %q, want %s and a new line", name, text, last)
		}
	}
}

// readAll collects what arrives until r ends.
func readAll(r io.Reader) <-chan string {
	text := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(r) // a terminal's other end reports its end as an error
		text <- string(b)
	}()
	return text
}
