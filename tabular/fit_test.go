package tabular_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/graph"
	"gaussflow/tabular"
	"gaussflow/train"
)

// TestBeatsGaussian: on rows whose second column is a curve in the first, the fit must be better than a normal of the same
// mean and covariance.
func TestBeatsGaussian(t *testing.T) {
	c := quick
	c.Epochs, c.Hidden, c.Blocks = 30, []int{16}, 0
	for _, family := range []tabular.Family{tabular.Aligned, tabular.Rotated} {
		c.Family = family
		lp := logProb(t, fit(t, curve(1500, 2, 1), c), curve(1500, 2, 2))
		// the entropy of the true distribution: x0 is normal, and so is x1 given x0, with deviation 0.3
		truth := -(2*0.5*math.Log(2*math.Pi*math.E) + math.Log(0.3))
		if got := stat.Mean(lp, nil); got > truth+0.1 || got < truth-0.15 {
			t.Errorf("%s: mean log p %.3f on fresh rows, want within 0.15 of the truth %.3f", family, got, truth)
		}
	}
}

// TestUnits: a table in other units has the same density, up to the factor that the units make.
func TestUnits(t *testing.T) {
	x := curve(400, 3, 3)
	moved := mat.NewDense(400, 3, nil)
	scale, shift := []float64{1000, 0.01, 4}, []float64{-20, 3e-3, 100}
	volume := 0.0
	for j, s := range scale {
		volume += math.Log(s)
		for i := range 400 {
			moved.Set(i, j, x.At(i, j)*s+shift[j])
		}
	}
	c := quick
	c.Dtype = graph.Float64
	m := fit(t, moved, c)
	a, b := logProb(t, fit(t, x, c), x), logProb(t, m, moved)
	for i := range a {
		if math.Abs(a[i]-(b[i]+volume)) > 1e-6 {
			t.Fatalf("row %d: log p %v, and %v in other units, want %v", i, a[i], b[i], a[i]-volume)
		}
	}
	rows, err := m.Sample(2000, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for j := range scale {
		got, want := mat.Col(nil, j, rows), mat.Col(nil, j, moved)
		if off := math.Abs(stat.Mean(got, nil)-stat.Mean(want, nil)) / stat.StdDev(want, nil); off > 0.3 {
			t.Errorf("column %d: samples' mean is %.2f standard deviations off", j, off)
		}
	}
}

func TestDeterministic(t *testing.T) {
	x := curve(200, 3, 4)
	a, b := logProb(t, fit(t, x, quick), x), logProb(t, fit(t, x, quick), x)
	if !slices.Equal(a, b) {
		t.Error("two fits of one seed differ")
	}
	other := quick
	other.Seed++
	if slices.Equal(a, logProb(t, fit(t, x, other), x)) {
		t.Error("another seed gave the same fit")
	}
}

// TestOffsetNeedsFloat64: a column far from zero keeps its digits, because the model chooses float64.
func TestOffsetNeedsFloat64(t *testing.T) {
	x := curve(200, 2, 5)
	if m := fit(t, x, quick); m.Flow.Dtype() != graph.Float32 {
		t.Errorf("dtype %s, want float32", m.Flow.Dtype())
	}
	for i := range 200 {
		x.Set(i, 1, x.At(i, 1)+1e9)
	}
	if m := fit(t, x, quick); m.Flow.Dtype() != graph.Float64 {
		t.Errorf("dtype %s at an offset of 1e9, want float64", m.Flow.Dtype())
	}
}

// TestCancelled: a cancelled fit keeps the best epoch so far, or returns no model if there is none yet.
func TestCancelled(t *testing.T) {
	x := curve(300, 2, 7)
	ctx, cancel := context.WithCancel(context.Background())
	c := quick
	c.Epochs = 1000
	var best float64
	c.Callbacks = []train.Callback{train.LambdaCallback{EpochEnd: func(s *train.State) error {
		if s.Epoch == 2 {
			best = slices.Min(s.History.ValLoss)
			cancel()
		}
		return nil
	}}}
	m, err := tabular.Fit(ctx, names(2), x, c)
	if !errors.Is(err, context.Canceled) || m == nil {
		t.Fatalf("model %v, error %v, want a model and context.Canceled", m, err)
	}
	if got := -m.Training.LogLikelihood; math.Abs(got-best) > 1e-3 {
		t.Errorf("validation loss %v, want the best epoch's %v", got, best)
	}
	if m, err = tabular.Fit(ctx, names(2), x, c); !errors.Is(err, context.Canceled) || m != nil {
		t.Errorf("model %v, error %v, want none and context.Canceled", m, err)
	}
}

func TestFactsSurviveJSON(t *testing.T) {
	m := fit(t, curve(100, 2, 8), quick)
	raw, err := json.Marshal(m.Facts)
	if err != nil {
		t.Fatal(err)
	}
	back := &tabular.Model{Flow: m.Flow}
	if err := json.Unmarshal(raw, &back.Facts); err != nil {
		t.Fatal(err)
	}
	lp := logProb(t, back, curve(50, 2, 9))
	if !slices.Equal(back.TailProbability(lp), m.TailProbability(lp)) {
		t.Error("tail probabilities changed")
	}
	if again, _ := json.Marshal(back.Facts); string(again) != string(raw) {
		t.Errorf("facts changed: %s, were %s", again, raw)
	}
}

func TestTailProbability(t *testing.T) {
	x := curve(3000, 2, 10)
	m := fit(t, x, quick)
	if m.Training.ReferenceRows != m.Training.ValidationRows || m.Training.ValidationRows != 300 {
		t.Errorf("%+v: want the 300 validation rows as reference", m.Training)
	}
	got := m.TailProbability([]float64{math.Inf(-1), m.Reference[0], m.Reference[149], math.Inf(1)})
	if want := []float64{0, 1. / 300, 0.5, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if mean := stat.Mean(m.TailProbability(logProb(t, m, curve(2000, 2, 11))), nil); math.Abs(mean-0.5) > 0.06 {
		t.Errorf("fresh rows have mean tail probability %.3f, want near 0.5", mean)
	}
}

// TestNoiseNone: with Noise None the fit sees the rows without noise, its loss is that of a fit with very little noise, and
// the model file records it.
func TestNoiseNone(t *testing.T) {
	x := curve(300, 2, 4)
	c := quick
	c.Dtype, c.Dequantize = graph.Float64, tabular.DequantizeNone
	noise := func(v float64) *tabular.Model {
		c.Noise = v
		return fit(t, x, c)
	}
	none := noise(tabular.None)
	loss := func(m *tabular.Model) float64 { return m.Training.History.Loss[0] }
	// even tiny noise can change a choice of the warm start
	if tiny := loss(noise(1e-12)); math.Abs(loss(none)-tiny) > 1e-3 {
		t.Errorf("the first loss is %v, want %v as with no noise to speak of", loss(none), tiny)
	}
	if much := loss(noise(0.5)); !(much > loss(none)+0.1) {
		t.Errorf("the first loss is %v, and %v with noise, want much more", loss(none), much)
	}
	path := filepath.Join(t.TempDir(), "model.gflow")
	if err := none.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := tabular.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Config.Noise != tabular.None {
		t.Errorf("the file's noise is %v, want None", loaded.Config.Noise)
	}
}

// TestStartIsKept: a fit whose learning rate is far too large returns the warm start, and says so.
func TestStartIsKept(t *testing.T) {
	x := curve(300, 2, 4)
	m := fit(t, x, tabular.Config{Family: tabular.Aligned, LearningRate: 100, Epochs: 2, Seed: 1})
	w := warning(m, tabular.NotImproved)
	if m.Training.History.BestEpoch != train.Start || w == nil || !strings.Contains(w.Text, "warm start") {
		t.Fatalf("best epoch %d, warnings %v; want the start, and a warning", m.Training.History.BestEpoch, m.Warnings)
	}
	good := fit(t, x, tabular.Config{Family: tabular.Aligned, Epochs: 20, Seed: 1})
	if warning(good, tabular.NotImproved) != nil || m.Training.LogLikelihood < good.Training.LogLikelihood-3 {
		t.Errorf("log p of the start %g, after training %g, warnings %v", m.Training.LogLikelihood, good.Training.LogLikelihood, good.Warnings)
	}
}

// TestUnverifiedCheckpoint: a fit that resumes from a checkpoint without a checksum, as earlier versions wrote them, says so.
func TestUnverifiedCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	c := quick
	c.Checkpoint = train.Checkpoint{Path: path, Every: 1, Resume: true}
	for _, old := range []bool{false, true} {
		broken := errors.New("broken off")
		c.Callbacks = []train.Callback{train.LambdaCallback{EpochBegin: func(s *train.State) error {
			if s.Epoch == 1 {
				return broken
			}
			return nil
		}}}
		x := curve(200, 2, 1)
		if _, err := tabular.Fit(context.Background(), []string{"a", "b"}, x, c); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if old {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			at, end := bytes.Index(data, []byte(`"checksum":"`)), 8+int(binary.LittleEndian.Uint64(data))
			member := len(`"checksum":"",`) + 64
			data = slices.Concat(data[:at], data[at+member:end], bytes.Repeat([]byte(" "), member), data[end:])
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c.Callbacks = nil
		m := fit(t, x, c)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(m.Warnings, func(w tabular.Warning) bool { return w.Kind == tabular.UnverifiedStart })
		if said != old || m.Training.History.Unverified != old {
			t.Errorf("without a checksum: %v, said so: %v", old, said)
		}
	}
}
