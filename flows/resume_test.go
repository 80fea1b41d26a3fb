package flows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// resumable is a fit that uses everything that has state: callbacks, optimizer, average and schedule.
type resumable struct {
	flow    *flows.Flow
	early   *train.EarlyStopping
	plateau *train.ReduceLROnPlateau
	config  train.FitConfig
}

func newResumable(t testing.TB, dtype graph.Dtype, checkpoint train.Checkpoint) *resumable {
	t.Helper()
	r := &resumable{
		flow:    coupling(t, 2, flows.CouplingConfig{Blocks: 1, Components: 3, Hidden: []int{6}, Seed: 3, Dtype: dtype}),
		early:   &train.EarlyStopping{Patience: 3, RestoreBest: true},
		plateau: &train.ReduceLROnPlateau{Patience: 1, Factor: 0.5, MinDelta: 0.01},
	}
	errtest.None(t, r.flow.Compile(train.Config{
		Optimizer: train.Adam{AMSGrad: true}, EMA: 0.95, Clip: train.Clip{GlobalNorm: 1},
		Schedule: train.Cosine{Peak: 0.2, Floor: 1e-3, WarmupSteps: 5, DecaySteps: 60},
	}))
	r.config = train.FitConfig{Epochs: 12, BatchSize: 16, Seed: 7, Workers: 2, ValidationSplit: 0.4, Checkpoint: checkpoint,
		Callbacks: []train.Callback{r.plateau, r.early}}
	return r
}

// outcome is everything that a fit leaves behind.
type outcome struct {
	Params             [][]float64
	Optimizer          train.OptimizerState
	History            *train.History
	Early, Plateau     []byte
	Epochs, Cuts, Best int
}

func (r *resumable) run(t testing.TB) outcome {
	t.Helper()
	h, err := r.flow.Fit(context.Background(), randomData("blobs", 120, 2, 8), r.config)
	errtest.None(t, err)
	return r.outcome(t, h)
}

func (r *resumable) outcome(t testing.TB, h *train.History) outcome {
	t.Helper()
	o := outcome{Params: values(r.flow), Optimizer: r.flow.Trainer().State(), History: h, Epochs: len(h.Loss), Best: h.BestEpoch}
	h.Seconds = nil // times are all that may differ
	var err error
	o.Early, err = r.early.MarshalState()
	errtest.None(t, err)
	o.Plateau, err = r.plateau.MarshalState()
	errtest.None(t, err)
	for scale := o.Optimizer.RateScale; scale < 1; scale *= 2 {
		o.Cuts++
	}
	return o
}

// TestResumeFromEveryEpoch: a fit that is resumed after any epoch ends as one that ran through.
func TestResumeFromEveryEpoch(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		dir := t.TempDir()
		path := filepath.Join(dir, "fit.ckpt")
		whole := newResumable(t, dtype, train.Checkpoint{Path: path})
		var kept []string
		whole.config.Callbacks = append(whole.config.Callbacks, train.LambdaCallback{EpochBegin: func(s *train.State) error {
			if s.Epoch == 0 {
				return nil
			}
			kept = append(kept, fmt.Sprintf("%s.%d", path, s.Epoch))
			return os.Link(path, kept[len(kept)-1])
		}})
		want := whole.run(t)
		if want.Epochs < 5 || want.Epochs == 12 || want.Cuts == 0 || want.Best == want.Epochs-1 {
			t.Fatalf("the fit is too easy a test: %d epochs, best %d, %d cuts of the rate", want.Epochs, want.Best, want.Cuts)
		}
		for i, file := range append(kept, path) { // the last checkpoint is that of the finished fit
			again := newResumable(t, dtype, train.Checkpoint{Path: file, Resume: true})
			if got := again.run(t); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: resumed after epoch %d: got %+v\nwant %+v", dtype, i, got, want)
			}
		}
	}
}

// TestResumeKilled runs the fit in a child process that is killed, again and again, and compares what the last child
// leaves with a fit that ran through.
func TestResumeKilled(t *testing.T) {
	dir := t.TempDir()
	kills := 0
	for wait := time.Duration(0); killed(t, dir, wait); wait += 20 * time.Millisecond {
		if kills++; kills > 60 {
			t.Fatal("the child does not get anywhere")
		}
	}
	t.Logf("killed %d times", kills)
	if kills < 3 {
		t.Errorf("the child was killed %d times, want at least 3", kills)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "outcome"))
	errtest.None(t, err)
	want, err := json.Marshal(newResumable(t, "", train.Checkpoint{}).run(t))
	errtest.None(t, err)
	if string(raw) != string(want) {
		t.Errorf("after %d kills: got %s\nwant %s", kills, raw, want)
	}
}

// killed starts the child process and kills it after a wait that begins with its first batch, so that it gets further each
// time also on a slow machine; without a wait it is killed before. It reports whether the child was killed before it had
// finished.
func killed(t *testing.T, dir string, wait time.Duration) bool {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestResumeChild$")
	child.Env = append(os.Environ(), "GAUSSFLOW_RESUME="+dir)
	errtest.None(t, child.Start())
	over := make(chan error, 1)
	go func() { over <- child.Wait() }()
	begun := filepath.Join(dir, "begun")
	kill := time.After(wait)
	if wait > 0 {
		kill = nil
	}
	for {
		select {
		case err := <-over:
			return err != nil
		case <-kill:
			_ = child.Process.Kill() // an error means that the child has finished
			kill = nil
		case <-time.After(time.Millisecond):
			if _, err := os.Stat(begun); err == nil {
				_ = os.Remove(begun)
				kill = time.After(wait)
			}
		}
	}
}

// TestResumeChild is the child process of TestResumeKilled.
func TestResumeChild(t *testing.T) {
	dir := os.Getenv("GAUSSFLOW_RESUME")
	if dir == "" {
		t.Skip("it is run by TestResumeKilled")
	}
	r := newResumable(t, "", train.Checkpoint{Path: filepath.Join(dir, "fit.ckpt"), Resume: true})
	begun := false
	r.config.Callbacks = append(r.config.Callbacks, train.LambdaCallback{
		BatchEnd: func(*train.State) error {
			time.Sleep(8 * time.Millisecond)
			if begun {
				return nil
			}
			begun = true
			return os.WriteFile(filepath.Join(dir, "begun"), nil, 0o600)
		},
	})
	raw, err := json.Marshal(r.run(t))
	errtest.None(t, err)
	errtest.None(t, os.WriteFile(filepath.Join(dir, "outcome"), raw, 0o600))
}

// TestResumeOtherFit: a fit whose settings or rows differ from those of the checkpoint is refused, with an error that says
// what differs.
func TestResumeOtherFit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	one := newResumable(t, "", train.Checkpoint{Path: path})
	one.config.Epochs = 2
	one.run(t)
	x := randomData("blobs", 120, 2, 8)
	for name, c := range map[string]struct {
		change func(r *resumable)
		words  []string
	}{
		"batch size":  {func(r *resumable) { r.config.BatchSize = 8 }, []string{"batch size: got 16, want 8"}},
		"seed":        {func(r *resumable) { r.config.Seed = 8 }, []string{"seed: got 7, want 8"}},
		"workers":     {func(r *resumable) { r.config.Workers = 1 }, []string{"workers: got 2, want 1"}},
		"no shuffle":  {func(r *resumable) { r.config.NoShuffle = true }, []string{"shuffle: got true, want false"}},
		"validation":  {func(r *resumable) { r.config.ValidationSplit = 0.1 }, []string{"rows: got 72×2", "validation: got 48×2"}},
		"weights":     {func(r *resumable) { r.config.SampleWeights = slices.Repeat([]float64{2}, 120) }, []string{"rows: got 72×2, checksum"}},
		"no callback": {func(r *resumable) { r.config.Callbacks = r.config.Callbacks[:1] }, []string{"callback 1: got *train.EarlyStopping, want none"}},
		"optimizer": {func(r *resumable) {
			errtest.None(t, r.flow.Compile(train.Config{Optimizer: train.SGD{LearningRate: 0.1}}))
		},
			[]string{`optimizer: got train.Adam{"amsgrad":true}, want train.SGD{"learning_rate":0.1}`, "ema: got 0.95, want 0", "schedule"}},
		"model": {func(r *resumable) {
			r.flow = coupling(t, 2, flows.CouplingConfig{Blocks: 1, Components: 3, Hidden: []int{5}})
			errtest.None(t, r.flow.Compile(train.Config{}))
		}, []string{"parameter 1: got mlp.dense0.kernel, float64[1 6], trained: true, want mlp.dense0.kernel, float64[1 5]"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newResumable(t, "", train.Checkpoint{Path: path, Resume: true})
			c.change(r)
			before := values(r.flow)
			_, err := r.flow.Fit(context.Background(), x, r.config)
			errtest.Says(t, err, append(c.words, path)...)
			if !errors.Is(err, train.ErrOtherFit) {
				t.Errorf("%v is not ErrOtherFit", err)
			}
			if !slices.EqualFunc(values(r.flow), before, slices.Equal) {
				t.Error("the parameters changed")
			}
		})
	}
	r := newResumable(t, "", train.Checkpoint{Path: path, Resume: true})
	_, err := r.flow.Fit(context.Background(), randomData("blobs", 120, 2, 9), r.config)
	errtest.Says(t, err, "rows: got 72×2, checksum")
	r.config.Epochs = 1
	_, err = r.flow.Fit(context.Background(), x, r.config)
	errtest.Says(t, err, "epochs: got 2 done, want at most 1")
}

// TestResumeDamaged: a checkpoint that is another file, or is cut anywhere, is an error and changes nothing.
func TestResumeDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	one := newResumable(t, "", train.Checkpoint{Path: path})
	one.config.Epochs = 1
	one.run(t)
	x := randomData("blobs", 120, 2, 8)
	whole, err := os.ReadFile(path)
	errtest.None(t, err)
	again := newResumable(t, "", train.Checkpoint{Path: path, Resume: true})
	before := values(again.flow)
	resume := func(data []byte) error {
		errtest.None(t, os.WriteFile(path, data, 0o600))
		return errtest.Of(t, func() error { _, err := again.flow.Fit(context.Background(), x, again.config); return err })
	}
	for n := 0; n < len(whole); n += 1 + len(whole)/200 {
		errtest.Says(t, resume(whole[:n]), "resume", "too early")
	}
	for was, is := range map[string]string{
		`"epoch":0`: `"epoch":-7`, `"step":5`: `"step":-5`, `"loss":[`: `"loss":[1,`, `"rate_scale":1`: `"rate_scale":{}`,
		`"ema_steps"`: `"warmup":{"rows":1,"done":2},"ema_steps"`, `,"ema_steps"`: `,"warmup":60,"ema_steps"`,
	} {
		file, err := safetensors.Read(bytes.NewReader(whole))
		errtest.None(t, err)
		changed := strings.Replace(file.Metadata["progress"], was, is, 1)
		if changed == file.Metadata["progress"] {
			t.Fatalf("%s has no %s", changed, was)
		}
		file.Metadata["progress"] = changed
		if err := resume(written(t, file)); !errors.Is(err, train.ErrCheckpoint) {
			t.Errorf("%s: got %v, want ErrCheckpoint", is, err)
		}
	}
	for _, name := range []string{"parameter.0", "optimizer.1.2", "average.3", "callback.1"} {
		file, err := safetensors.Read(bytes.NewReader(whole))
		errtest.None(t, err)
		tensor(name, func(t *safetensors.Tensor) { t.Name = "x" })(t, file)
		err = resume(written(t, file))
		if !errors.Is(err, train.ErrCheckpoint) {
			t.Errorf("without %s: got %v, want ErrCheckpoint", name, err)
		}
		errtest.None(t, setValues(again.flow, before))
	}
	err = resume(saved(t, again.flow))
	errtest.Says(t, err, "gaussflow-model/1", "gaussflow-checkpoint/1")
	if !errors.Is(err, train.ErrCheckpoint) {
		t.Errorf("%v is not ErrCheckpoint", err)
	}
	if _, err := flows.Load(path); err != nil {
		t.Errorf("the model that was there instead: %v", err)
	}
	if !slices.EqualFunc(values(again.flow), before, slices.Equal) {
		t.Error("the parameters changed")
	}
}

func setValues(f *flows.Flow, values [][]float64) error {
	for i, p := range f.Params() {
		if err := p.Set(values[i]); err != nil {
			return err
		}
	}
	return nil
}

// TestResumeCutShort: an epoch that a callback stopped is trained again as a whole after the fit is resumed.
func TestResumeCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	want := newResumable(t, "", train.Checkpoint{}).run(t)
	r := newResumable(t, "", train.Checkpoint{Path: path})
	r.config.Callbacks = append(r.config.Callbacks, train.LambdaCallback{BatchEnd: func(s *train.State) error {
		if s.Epoch == 2 && s.Batch == 1 {
			s.Stop()
		}
		return nil
	}})
	if h := r.run(t); h.Epochs != 3 {
		t.Fatalf("%d epochs, want 3", h.Epochs)
	}
	if got := newResumable(t, "", train.Checkpoint{Path: path, Resume: true}).run(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestResumeLonger: a finished fit that is resumed with more epochs goes on, without another warm start.
func TestResumeLonger(t *testing.T) {
	x := randomData("blobs", 120, 2, 8)
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(epochs int, warm bool, c train.Checkpoint) []float64 {
		f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2, PCA: true})
		if warm {
			_, err := f.InitFrom(x, initializers.IGConfig{})
			errtest.None(t, err)
		}
		errtest.None(t, f.Compile(train.Config{}))
		_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: epochs, BatchSize: 50, Workers: 1, Checkpoint: c})
		errtest.None(t, err)
		return logProb(t, f, x)
	}
	want := run(5, true, train.Checkpoint{})
	run(3, true, train.Checkpoint{Path: path, Every: 2})
	if got := run(5, false, train.Checkpoint{Path: path, Resume: true}); !slices.Equal(got, want) {
		t.Error("three epochs and two more are not five")
	}
}

func TestBadCheckpoint(t *testing.T) {
	x := randomData("blobs", 40, 2, 8)
	for _, c := range []train.Checkpoint{{Every: 2}, {Resume: true}, {Path: "a", Every: -1}, {Path: filepath.Join(t.TempDir(), "no", "such")}} {
		f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
		errtest.None(t, f.Compile(train.Config{}))
		_, err := f.Fit(context.Background(), x, train.FitConfig{Checkpoint: c})
		errtest.Says(t, err, "heckpoint")
	}
}
