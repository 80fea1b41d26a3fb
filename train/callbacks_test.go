package train_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// scripted fits one epoch for each given validation loss, which callbacks see in place of the computed one. after holds the
// parameters at the end of each epoch.
func scripted(t *testing.T, c train.Config, valLoss []float64, callbacks ...train.Callback) (m *gaussian, h *train.History, after [][]float64) {
	t.Helper()
	m = newGaussian(graph.Float64)
	script := train.LambdaCallback{EpochEnd: func(s *train.State) error {
		s.Logs.ValLoss, s.Logs.HasVal = valLoss[s.Epoch], true
		after = append(after, m.theta())
		return nil
	}}
	h = fit(t, newTrainer(t, m, c), someRows(20, 1), train.FitConfig{Epochs: len(valLoss), BatchSize: 20,
		Callbacks: append([]train.Callback{script}, callbacks...)})
	return m, h, after
}

var slowSGD = train.Config{Optimizer: train.SGD{LearningRate: 0.05}}

// TestHookOrder: hooks are called in Keras's order: validation comes before the end of the epoch, and callbacks run in the
// order of the list.
func TestHookOrder(t *testing.T) {
	var lines []string
	second := train.LambdaCallback{EpochEnd: func(s *train.State) error {
		lines = append(lines, fmt.Sprintf("second: epoch %d, validated: %v", s.Epoch, s.Logs.HasVal))
		return nil
	}}
	fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), someRows(20, 1), train.FitConfig{
		InitialEpoch: 1, Epochs: 3, BatchSize: 8, ValidationSplit: 0.2, Callbacks: []train.Callback{diary(&lines), second}})
	want := []string{
		"train begin",
		"epoch 1 begin", "batch 1.0 begin", "batch 1.0 end", "batch 1.1 begin", "batch 1.1 end", "epoch 1 end",
		"second: epoch 1, validated: true",
		"epoch 2 begin", "batch 2.0 begin", "batch 2.0 end", "batch 2.1 begin", "batch 2.1 end", "epoch 2 end",
		"second: epoch 2, validated: true",
		"train end",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("hooks\n%q\nwant\n%q", lines, want)
	}
}

// TestStop: a fit that a callback stops within an epoch ends after that batch, and still calls the hooks at the end of the
// epoch and of the fit.
func TestStop(t *testing.T) {
	var lines []string
	stop := train.LambdaCallback{BatchEnd: func(s *train.State) error {
		if s.Epoch == 1 {
			s.Stop()
		}
		return nil
	}}
	h := fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), someRows(20, 1),
		train.FitConfig{Epochs: 9, BatchSize: 10, Callbacks: []train.Callback{diary(&lines), stop}})
	tail := lines[len(lines)-3:]
	if !slices.Equal(tail, []string{"batch 1.0 end", "epoch 1 end", "train end"}) || len(h.Loss) != 2 {
		t.Errorf("the fit ends with %q and a history of %d epochs, want 2", tail, len(h.Loss))
	}
}

// TestCallbackError: an error of a hook ends the fit; the parameters learnt so far stay, and OnTrainEnd still runs.
func TestCallbackError(t *testing.T) {
	full := errors.New("disk full")
	ended := false
	h, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).Fit(context.Background(), someRows(20, 1), train.FitConfig{
		Epochs: 5, Callbacks: []train.Callback{train.LambdaCallback{
			TrainEnd: func(*train.State) error { ended = true; return nil },
			EpochEnd: func(s *train.State) error {
				if s.Epoch == 2 {
					return full
				}
				return nil
			},
		}}})
	if !errors.Is(err, full) || !ended || len(h.Loss) != 3 {
		t.Errorf("error %v, OnTrainEnd called: %v, %d epochs; want %v, true, 3", err, ended, len(h.Loss), full)
	}
}

// TestEarlyStopping compares with epochs that were counted by hand.
func TestEarlyStopping(t *testing.T) {
	losses := []float64{5, 4, math.NaN(), 3.95, 4.1, 3.9, 4, 4, 4, 1}
	for name, c := range map[string]struct {
		callback   train.EarlyStopping
		best, last int
	}{
		"patience 0":    {train.EarlyStopping{}, 1, 2}, // NaN is no improvement
		"patience 1":    {train.EarlyStopping{Patience: 1}, 1, 2},
		"patience 2":    {train.EarlyStopping{Patience: 2}, 5, 7},
		"never stopped": {train.EarlyStopping{Patience: 4}, 9, 9},
		"min delta":     {train.EarlyStopping{Patience: 3, MinDelta: 0.2}, 1, 4}, // 3.95 is less than 0.2 below 4
		"start from":    {train.EarlyStopping{Patience: 1, StartFrom: 3}, 3, 4},
		"training loss": {train.EarlyStopping{Patience: 1, Monitor: train.MonitorLoss}, 9, 9}, // the training loss falls in every epoch
	} {
		for _, restore := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, restore %v", name, restore), func(t *testing.T) {
				stopping := c.callback
				stopping.RestoreBest = restore
				m, h, after := scripted(t, slowSGD, losses, &stopping)
				if last := len(h.Loss) - 1; last != c.last || h.BestEpoch != c.best {
					t.Errorf("the last epoch is %d and the best %d, want %d and %d", last, h.BestEpoch, c.last, c.best)
				}
				want := after[c.last]
				if restore {
					want = after[c.best]
				}
				same(t, "parameters", m.theta(), want)
			})
		}
	}
}

// TestEarlyStoppingRestoresTheAverage: with EMA, the averaged parameters are validated, and those of the best epoch are restored.
func TestEarlyStoppingRestoresTheAverage(t *testing.T) {
	c := slowSGD
	c.EMA = 0.9
	m, _, after := scripted(t, c, []float64{3, 1, 2, 2}, &train.EarlyStopping{Patience: 2, RestoreBest: true})
	same(t, "parameters", m.theta(), after[1])
}

// TestEarlyStoppingOfACancelledFit: the best epoch's parameters are also restored when the fit is cancelled.
func TestEarlyStoppingOfACancelledFit(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m := newGaussian(graph.Float64)
	var best []float64
	watch := train.LambdaCallback{
		BatchEnd: func(s *train.State) error {
			if s.Epoch == 2 && s.Batch == 0 {
				cancel()
			}
			return nil
		},
		EpochEnd: func(*train.State) error { best = m.theta(); return nil },
	}
	_, err := newTrainer(t, m, slowSGD).Fit(ctx, someRows(20, 1), train.FitConfig{Epochs: 9, BatchSize: 5,
		Callbacks: []train.Callback{watch, &train.EarlyStopping{Patience: 3, RestoreBest: true}}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	same(t, "parameters", m.theta(), best)
}

// TestReduceLROnPlateau compares with rates that were counted by hand, by Keras's rule.
func TestReduceLROnPlateau(t *testing.T) {
	flat := []float64{5, 4, 4, 4, 4, 4, 4, 4, 4, 4}
	for name, c := range map[string]struct {
		callback train.ReduceLROnPlateau
		losses   []float64
		cuts     []float64 // the rate of each epoch, in multiples of the first
	}{
		"patience 2": {train.ReduceLROnPlateau{Factor: 0.5, Patience: 2}, flat,
			[]float64{1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125}},
		"cooldown 1": {train.ReduceLROnPlateau{Factor: 0.5, Patience: 2, Cooldown: 1}, flat,
			[]float64{1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125}},
		"cooldown 3": {train.ReduceLROnPlateau{Factor: 0.5, Patience: 2, Cooldown: 3}, flat,
			[]float64{1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25}},
		"floor": {train.ReduceLROnPlateau{Factor: 0.1, Patience: 1, MinRate: 0.05 * 0.02}, flat,
			[]float64{1, 1, 1, 0.1, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02}},
		"default patience": {train.ReduceLROnPlateau{}, flat, slices.Repeat([]float64{1}, 10)},
		"improving": {train.ReduceLROnPlateau{Patience: 1}, []float64{5, 4, 3, 2, 1},
			[]float64{1, 1, 1, 1, 1}},
		"by too little": {train.ReduceLROnPlateau{Patience: 1, MinDelta: 0.5}, []float64{5, 4.6, 4.3, 4.2, 4.1},
			[]float64{1, 1, 0.1, 0.1, 0.01}},
	} {
		t.Run(name, func(t *testing.T) {
			_, h, _ := scripted(t, slowSGD, c.losses, &c.callback)
			for i := range c.cuts {
				c.cuts[i] *= 0.05
			}
			near(t, "rates", h.LearningRate, c.cuts, 1e-15)
		})
	}
}

// TestReducedRateMovesLess: a cut of the rate makes the steps smaller, multiplies the rate of a schedule, and still holds in
// the next fit.
func TestReducedRateMovesLess(t *testing.T) {
	x := someRows(20, 1)
	m := newGaussian(graph.Float64)
	tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{}, Schedule: train.Exponential{Initial: 0.1, DecaySteps: 1, DecayRate: 0.5}})
	cut := &train.ReduceLROnPlateau{Factor: 0.1, Patience: 1, MinDelta: 1e9}
	fit(t, tr, x, train.FitConfig{Epochs: 2, Callbacks: []train.Callback{cut}})
	near(t, "rate", []float64{tr.LearningRate()}, []float64{0.1 * 0.25 * 0.1}, 1e-15)

	before := m.theta()
	all := make([]int, 20)
	for i := range all {
		all[i] = i
	}
	_, grad := lossAndGrad(before, x, nil, all)
	fit(t, tr, x, train.FitConfig{})
	for i, p := range m.theta() {
		near(t, "step", []float64{p - before[i]}, []float64{-0.0025 * grad[i]}, 1e-15)
	}
}

func TestModelCheckpoint(t *testing.T) {
	losses := []float64{5, 4, 4.5, 3, 3}
	for bestOnly, want := range map[bool][]int{false: {0, 1, 2, 3, 4}, true: {train.Start, 0, 1, 3}} {
		var epochs []int
		var weights [][][]float64
		save := func(s *train.State) error {
			epochs, weights = append(epochs, s.Epoch), append(weights, s.Weights())
			return nil
		}
		_, _, after := scripted(t, slowSGD, losses, &train.ModelCheckpoint{Save: save, BestOnly: bestOnly})
		if !slices.Equal(epochs, want) {
			t.Errorf("best only %v: saved epochs %v, want %v", bestOnly, epochs, want)
		}
		for i, e := range epochs {
			if e == train.Start {
				same(t, "saved start", slices.Concat(weights[i]...), newGaussian(graph.Float64).theta())
				continue
			}
			same(t, "saved parameters", slices.Concat(weights[i]...), after[e])
		}
	}
}

func TestCSVLogger(t *testing.T) {
	x := someRows(20, 1)
	for _, split := range []float64{0, 0.2} {
		var out bytes.Buffer
		h := fit(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), x, train.FitConfig{
			InitialEpoch: 2, Epochs: 5, ValidationSplit: split, Callbacks: []train.Callback{&train.CSVLogger{Out: &out}}})
		records, err := csv.NewReader(&out).ReadAll()
		errtest.None(t, err)
		if want := []string{"epoch", "loss", "val_loss", "learning_rate", "seconds"}; !slices.Equal(records[0], want) {
			t.Errorf("header %q, want %q", records[0], want)
		}
		text := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
		for i, loss := range h.Loss {
			want := []string{strconv.Itoa(2 + i), text(loss), "", text(h.LearningRate[i]), text(h.Seconds[i])}
			if split > 0 {
				want[2] = text(h.ValLoss[i])
			}
			if !slices.Equal(records[1+i], want) {
				t.Errorf("line %q, want %q", records[1+i], want)
			}
		}
		if len(records) != 4 {
			t.Errorf("%d lines, want a header and 3", len(records))
		}
	}
}

// brokenPipe is a writer that always fails.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestTerminateOnNaN: the fit ends without an error, with the parameters from before the batch whose loss is not finite.
func TestTerminateOnNaN(t *testing.T) {
	x := someRows(40, 11)
	x.Set(25, 0, 1e200) // in batch 2; its square overflows
	m, clean := newGaussian(graph.Float64), newGaussian(graph.Float64)
	var lines []string
	h := fit(t, newTrainer(t, m, slowSGD), x, train.FitConfig{Epochs: 5, BatchSize: 10, NoShuffle: true, Workers: 1,
		Callbacks: []train.Callback{diary(&lines), train.TerminateOnNaN{}}})
	fit(t, newTrainer(t, clean, slowSGD), x.Slice(0, 20, 0, 2), train.FitConfig{BatchSize: 10, NoShuffle: true, Workers: 1})
	same(t, "parameters", m.theta(), clean.theta())
	if tail := lines[len(lines)-3:]; !slices.Equal(tail, []string{"batch 0.2 end", "epoch 0 end", "train end"}) {
		t.Errorf("the fit ends with %q", tail)
	}
	if len(h.Loss) != 1 || !math.IsInf(h.Loss[0], 1) {
		t.Errorf("losses %v, want one, +Inf", h.Loss)
	}
}

// TestBadCallbacks: a callback with settings that it cannot work with is an error that says why.
func TestBadCallbacks(t *testing.T) {
	for name, c := range map[string]struct {
		callback train.Callback
		words    string
	}{
		"checkpoint without Save": {&train.ModelCheckpoint{}, "Save is nil"},
		"logger without writer":   {&train.CSVLogger{}, "Out is nil"},
		"logger's writer fails":   {&train.CSVLogger{Out: brokenPipe{}}, "broken pipe"},
		"factor of 1":             {&train.ReduceLROnPlateau{Factor: 1}, "Factor = 1"},
		"factor NaN":              {&train.ReduceLROnPlateau{Factor: math.NaN()}, "Factor = NaN"},
		"no validation":           {&train.EarlyStopping{Monitor: train.MonitorValLoss}, "no validation data"},
		"no such figure":          {&train.ModelCheckpoint{Save: func(*train.State) error { return nil }, BestOnly: true, Monitor: "accuracy"}, `"accuracy"`},
	} {
		_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).Fit(context.Background(), someRows(20, 1),
			train.FitConfig{Callbacks: []train.Callback{c.callback}})
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v, want one about %s", name, err, c.words)
		}
	}
}

// TestEarlyStoppingKeepsTheStart: a fit that only gets worse leaves the parameters that it started from, with or without
// validation rows, from a matrix or a source, also where an epoch ends with an error; a fit that first gets worse and then
// better does not. The best model that a ModelCheckpoint saves is the same.
func TestEarlyStoppingKeepsTheStart(t *testing.T) {
	far := train.Config{Optimizer: train.SGD{LearningRate: 40}}
	x := someRows(20, 1)
	start := newGaussian(graph.Float64).theta()
	for name, c := range map[string]struct {
		config train.Config
		fit    train.FitConfig
		source bool
		start  bool
	}{
		"training loss":    {far, train.FitConfig{}, false, true},
		"validation":       {far, train.FitConfig{ValidationData: x}, false, true},
		"source":           {far, train.FitConfig{}, true, true},
		"a fit that helps": {slowSGD, train.FitConfig{}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newGaussian(graph.Float64)
			tr := newTrainer(t, m, c.config)
			c.fit.Epochs, c.fit.BatchSize = 3, 20
			var saved [][]float64
			save := func(s *train.State) error {
				if s.Epoch == train.Start && (s.Logs.HasVal != (c.fit.ValidationData != nil) || s.Logs.Loss+s.Logs.ValLoss == 0) {
					t.Errorf("the start is saved with %+v, want its loss", s.Logs)
				}
				saved = s.Weights()
				return nil
			}
			c.fit.Callbacks = []train.Callback{&train.EarlyStopping{Patience: 9, RestoreBest: true}, &train.ModelCheckpoint{BestOnly: true, Save: save}}
			var h *train.History
			var err error
			if c.source {
				h, err = tr.FitSource(context.Background(), &stored{x: x}, c.fit)
			} else {
				h, err = tr.Fit(context.Background(), x, c.fit)
			}
			if err != nil && !errors.Is(err, train.ErrNonFinite) {
				t.Fatal(err)
			}
			if kept := h.BestEpoch == train.Start; kept != c.start {
				t.Fatalf("the best epoch is %d of losses %v, want the start: %v", h.BestEpoch, h.Loss, c.start)
			}
			if c.start {
				same(t, "parameters", m.theta(), start)
			}
			same(t, "saved parameters", slices.Concat(saved...), m.theta())
		})
	}
}

// TestEarlyStoppingOfNaN: if every epoch's loss is NaN, none of them is the best.
func TestEarlyStoppingOfNaN(t *testing.T) {
	nan := math.NaN()
	for _, restore := range []bool{true, false} {
		m, h, after := scripted(t, slowSGD, []float64{nan, nan}, &train.EarlyStopping{Patience: 9, RestoreBest: restore})
		if h.BestEpoch != train.Start {
			t.Errorf("restore %v: the best epoch is %d, want none", restore, h.BestEpoch)
		}
		want := after[1]
		if restore {
			want = newGaussian(graph.Float64).theta()
		}
		same(t, "parameters", m.theta(), want)
	}
}

// TestCSVLoggerWriteHeader: the table of a fit without epochs has a header, and no table has two headers.
func TestCSVLoggerWriteHeader(t *testing.T) {
	var out bytes.Buffer
	logger := &train.CSVLogger{Out: &out}
	for range 2 {
		errtest.None(t, logger.WriteHeader())
	}
	const header = "epoch,loss,val_loss,learning_rate,seconds\n"
	if out.String() != header {
		t.Fatalf("got %q, want %q", out.String(), header)
	}
	fit(t, newTrainer(t, newGaussian(graph.Float64), slowSGD), someRows(20, 1), train.FitConfig{Epochs: 1, Callbacks: []train.Callback{logger}})
	if lines := strings.Split(out.String(), "\n"); len(lines) != 3 || lines[0]+"\n" != header || !strings.HasPrefix(lines[1], "0,") {
		t.Errorf("got\n%s\nwant the header and an epoch", out.String())
	}
	errtest.Says(t, (&train.CSVLogger{}).WriteHeader(), "Out is nil")
}

// TestCSVLoggerGoesOn: the table has one header and each epoch once, also if the logger, its buffer or its file is used again.
func TestCSVLoggerGoesOn(t *testing.T) {
	x := someRows(20, 1)
	for name, fresh := range map[string]bool{"the same logger": false, "a new one on the same writer": true} {
		path := filepath.Join(t.TempDir(), "log.csv")
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		errtest.None(t, err)
		var buffer bytes.Buffer
		for _, out := range []io.Writer{&buffer, file} {
			logger := &train.CSVLogger{Out: out}
			tr := newTrainer(t, newGaussian(graph.Float64), slowSGD)
			fit(t, tr, x, train.FitConfig{Epochs: 2, Callbacks: []train.Callback{logger}})
			if fresh {
				logger = &train.CSVLogger{Out: out}
			}
			fit(t, tr, x, train.FitConfig{InitialEpoch: 2, Epochs: 4, Callbacks: []train.Callback{logger}})
		}
		errtest.None(t, file.Close())
		raw, err := os.ReadFile(path)
		errtest.None(t, err)
		for _, text := range []string{buffer.String(), string(raw)} {
			lines := strings.Split(strings.TrimSpace(text), "\n")
			if len(lines) != 5 || !strings.HasPrefix(lines[0], "epoch,") || !strings.HasPrefix(lines[1], "0,") || !strings.HasPrefix(lines[4], "3,") {
				t.Errorf("%s: got\n%s\nwant a header and four epochs", name, text)
			}
		}
	}
}

// TestCSVLoggerMetrics: each figure that earlier callbacks report is a column, also for the epochs before a fit was resumed.
func TestCSVLoggerMetrics(t *testing.T) {
	x, path := someRows(20, 1), filepath.Join(t.TempDir(), "fit.ckpt")
	report := train.LambdaCallback{EpochEnd: func(s *train.State) error {
		if s.Epoch == 1 {
			return nil
		}
		return s.Report("square", float64(s.Epoch*s.Epoch))
	}}
	var out bytes.Buffer
	for _, epochs := range []int{2, 4} {
		out.Reset()
		logger := &train.CSVLogger{Out: &out, Metrics: []string{"square", "absent"}}
		fit(t, newTrainer(t, newGaussian(graph.Float64), slowSGD), x, train.FitConfig{Epochs: epochs,
			Callbacks: []train.Callback{report, logger}, Checkpoint: train.Checkpoint{Path: path, Resume: true}})
	}
	records, err := csv.NewReader(&out).ReadAll()
	errtest.None(t, err)
	var got []string
	for _, r := range records {
		got = append(got, strings.Join(r[5:], ","))
	}
	if want := []string{"square,absent", "0,", ",", "4,", "9,"}; !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
}

// TestCSVLoggerTakenUp: a logger that has seen epochs which a resumed fit repeats writes them once.
func TestCSVLoggerTakenUp(t *testing.T) {
	x, path := someRows(20, 1), filepath.Join(t.TempDir(), "fit.ckpt")
	var buffer bytes.Buffer
	logger := &train.CSVLogger{Out: &buffer}
	for _, epochs := range []int{3, 5} {
		fit(t, newTrainer(t, newGaussian(graph.Float64), slowSGD), x, train.FitConfig{Epochs: epochs,
			Callbacks: []train.Callback{logger}, Checkpoint: train.Checkpoint{Path: path, Resume: true}})
	}
	if lines := strings.Split(strings.TrimSpace(buffer.String()), "\n"); len(lines) != 6 || !strings.HasPrefix(lines[5], "4,") {
		t.Errorf("got\n%s\nwant a header and five epochs", buffer.String())
	}
}
