package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// TestHistoryJSON: a History keeps every bit of every number in JSON, finite or not.
func TestHistoryJSON(t *testing.T) {
	h := train.History{Epoch: []int{3, 4}, Loss: []float64{0.1 + 0.2, math.Inf(1)}, ValLoss: []float64{math.Copysign(0, -1), math.Inf(-1)},
		LearningRate: []float64{5e-324, math.MaxFloat64}, Seconds: []float64{1, 2}, BestEpoch: 4}
	raw, err := json.Marshal(&h)
	errtest.None(t, err)
	var back train.History
	errtest.None(t, json.Unmarshal(raw, &back))
	if !reflect.DeepEqual(back, h) || !math.Signbit(back.ValLoss[0]) {
		t.Errorf("%s reads back as %+v, want %+v", raw, back, h)
	}
	h = train.History{Loss: []float64{math.NaN()}}
	raw, err = json.Marshal(h)
	errtest.None(t, err)
	errtest.None(t, json.Unmarshal(raw, &back))
	if !math.IsNaN(back.Loss[0]) || back.ValLoss != nil {
		t.Errorf("%s reads back as %+v", raw, back)
	}
	if err := json.Unmarshal([]byte(`{"loss":["many"]}`), &back); err == nil {
		t.Error("a word is read as a loss")
	}
}

// TestCSVLoggerResumed: the log of a resumed fit is that of a fit that ran through, except for the seconds.
func TestCSVLoggerResumed(t *testing.T) {
	x := someRows(60, 1)
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(epochs int, c train.Checkpoint) string {
		var out bytes.Buffer
		fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), x, train.FitConfig{Epochs: epochs, BatchSize: 20, Workers: 1,
			ValidationSplit: 0.2, Checkpoint: c, Callbacks: []train.Callback{&train.CSVLogger{Out: &out}}})
		var lines []string
		for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
			lines = append(lines, line[:strings.LastIndex(line, ",")])
		}
		return strings.Join(lines, "\n")
	}
	want := run(4, train.Checkpoint{})
	run(2, train.Checkpoint{Path: path})
	if got := run(4, train.Checkpoint{Path: path, Resume: true}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestModelCheckpointResumed: after a fit is resumed, a model is saved only if it is better than the best one before the interruption.
func TestModelCheckpointResumed(t *testing.T) {
	x := someRows(60, 1)
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(epochs int, c train.Checkpoint) (saved []int) {
		keep := &train.ModelCheckpoint{BestOnly: true, Save: func(s *train.State) error { saved = append(saved, s.Epoch); return nil }}
		tr := newTrainer(t, newGaussian(graph.Float64), train.Config{Optimizer: train.SGD{LearningRate: 0.9, Momentum: 0.9}})
		fit(t, tr, x, train.FitConfig{Epochs: epochs, BatchSize: 60, Workers: 1, Checkpoint: c, Callbacks: []train.Callback{keep}})
		return saved
	}
	whole := run(12, train.Checkpoint{})
	if len(whole) == 12 {
		t.Fatal("every epoch is the best so far: nothing is tested")
	}
	got := append(run(6, train.Checkpoint{Path: path}), run(12, train.Checkpoint{Path: path, Resume: true})...)
	if !reflect.DeepEqual(got, whole) {
		t.Errorf("saved after epochs %v, want %v", got, whole)
	}
}

// fickle is a callback whose state cannot be written, or cannot be read.
type fickle struct {
	train.NopCallback
	write, read error
}

func (f *fickle) MarshalState() ([]byte, error) { return []byte("state"), f.write }
func (f *fickle) UnmarshalState([]byte) error   { return f.read }

func TestStateErrors(t *testing.T) {
	x := someRows(20, 1)
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(c *fickle, resume bool) error {
		_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).Fit(context.Background(), x, train.FitConfig{
			Workers: 1, Checkpoint: train.Checkpoint{Path: path, Resume: resume}, Callbacks: []train.Callback{c}})
		return err
	}
	broken := errors.New("broken")
	if err := run(&fickle{write: broken}, false); !errors.Is(err, broken) || !strings.Contains(err.Error(), "fickle") {
		t.Errorf("got %v, want the callback's error", err)
	}
	errtest.None(t, run(&fickle{}, false))
	if err := run(&fickle{read: broken}, true); !errors.Is(err, broken) || !strings.Contains(err.Error(), "fickle") {
		t.Errorf("got %v, want the callback's error", err)
	}
}

// TestResumeRedrawn: a callback may replace the rows in each epoch, and the fit can still be resumed, with the result of one
// that ran through.
func TestResumeRedrawn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(epochs int, c train.Checkpoint) [][]float64 {
		x, drawn := someRows(60, 1), someRows(60, 1)
		redraw := train.LambdaCallback{EpochBegin: func(s *train.State) error {
			drawn.Scale(1+0.1*float64(s.Epoch), x)
			return nil
		}}
		tr := newTrainer(t, newGaussian(graph.Float64), adamOnNLL)
		var weights [][]float64
		last := train.LambdaCallback{TrainEnd: func(s *train.State) error { weights = s.Weights(); return nil }}
		fit(t, tr, drawn, train.FitConfig{Epochs: epochs, BatchSize: 20, Workers: 1, Checkpoint: c, Callbacks: []train.Callback{redraw, last}})
		return weights
	}
	want := run(4, train.Checkpoint{})
	run(2, train.Checkpoint{Path: path})
	if got := run(4, train.Checkpoint{Path: path, Resume: true}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
