package progress_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/progress"
	"gaussflow/train"
)

// rows are n rows of two columns.
func rows(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(n, 2, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return x
}

// flow is a small one, compiled.
func flow(t *testing.T) *flows.Flow {
	t.Helper()
	affine, err := layers.NewAffine(2, layers.AffineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := flows.New(flows.Named{Name: "affine", Layer: affine})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.05}}); err != nil {
		t.Fatal(err)
	}
	return f
}

// fit is two epochs of two batches, shown by callbacks.
func fit(t *testing.T, callbacks ...train.Callback) {
	t.Helper()
	f := flow(t)
	if _, err := f.Fit(context.Background(), rows(40), train.FitConfig{Epochs: 2, BatchSize: 10, ValidationSplit: 0.5, Callbacks: callbacks}); err != nil {
		t.Fatal(err)
	}
}

// TestOfAFile: if standard error is not a terminal, Bar draws nothing; Lines writes to any file.
func TestOfAFile(t *testing.T) {
	for lines, shown := range map[int]train.Callback{0: &progress.Bar{}, 2: &progress.Lines{}} {
		f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		if err != nil {
			t.Fatal(err)
		}
		onStderr(f, func() { fit(t, shown) })
		text, err := os.ReadFile(f.Name())
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "\n"); got != lines || len(text) > 0 != (lines > 0) {
			t.Errorf("%T wrote %q, want %d lines", shown, text, lines)
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

// onStderr runs f with another file as standard error.
func onStderr(file *os.File, f func()) {
	stderr := os.Stderr
	os.Stderr = file
	defer func() { os.Stderr = stderr }()
	f()
}

// TestBar draws on a writer that the caller gives: the bar ends full, and a fit that stops early leaves it where it was.
func TestBar(t *testing.T) {
	for name, last := range map[string]string{"full": "4/4", "stopped": "2/4"} {
		var out bytes.Buffer
		stop := train.LambdaCallback{EpochEnd: func(s *train.State) error {
			if name == "stopped" {
				s.Stop()
			}
			return nil
		}}
		fit(t, stop, &progress.Bar{Out: &out})
		text := out.String()
		if !strings.Contains(text, last) || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s: the bar ends as %q, want %s and a new line", name, text, last)
		}
	}
}

// TestBarOfASource: while the number of batches is not known the bar shows a count, and after the first epoch a share.
func TestBarOfASource(t *testing.T) {
	var out bytes.Buffer
	f := flow(t)
	s := &data.Table{Names: []string{"x1", "x2"}, X: rows(25)}
	if _, err := f.FitSource(context.Background(), s, train.FitConfig{Epochs: 2, BatchSize: 10, Callbacks: []train.Callback{&progress.Bar{Out: &out}}}); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "1/-") || !strings.Contains(text, "6/6") || !strings.HasSuffix(text, "\n") {
		t.Errorf("the bar is %q, want it to count, then to fill up to 6/6", text)
	}
}

// brokenPipe is a writer whose every write fails.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestMisuse: a callback outside a fit, or in the wrong order, is an error; so is a writer that fails.
func TestMisuse(t *testing.T) {
	bar, lines := &progress.Bar{Out: io.Discard}, &progress.Lines{Out: brokenPipe{}}
	for words, err := range map[string]error{
		"the State is nil":    errors.Join(bar.OnTrainBegin(nil), bar.OnBatchEnd(nil), bar.OnEpochEnd(nil), lines.OnEpochEnd(nil)),
		"before OnTrainBegin": bar.OnEpochEnd(&train.State{}),
		"closed pipe":         lines.OnEpochEnd(&train.State{}),
	} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("error %v, want one that says %s", err, words)
		}
	}
	if err := bar.OnTrainEnd(nil); err != nil {
		t.Errorf("a bar that never began ends with %v", err)
	}
}
