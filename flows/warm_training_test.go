package flows_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/train"
)

var warmTables = flag.Int("warm-tables", 8, "tables of TestWarmStartIsAStart: 50 are all of them, with batches of 64, 256 and 512 rows each, and take minutes")

// TestWarmStartIsAStart: training by Adam at 3e-3 improves on the warm start without first getting worse. In the first five
// epochs the loss is never more than 0.02 nats above that of the warm start, neither during an epoch nor at its end, for all
// batch sizes.
func TestWarmStartIsAStart(t *testing.T) {
	batches := []int{512, 64, 256, 64}
	for i := range testsize.Of(t, *warmTables, 1) {
		name, x := warmTable(i)
		_, d := x.Dims()
		of := []int{batches[i%len(batches)]}
		if *warmTables >= 50 {
			of = batches[:3]
		}
		for _, batch := range of {
			for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
				t.Run(fmt.Sprintf("%d_%s_%d/%d/diagonal/%s", i, name, d, batch, dtype), func(t *testing.T) {
					staysWarm(t, errtest.Must(flows.NewGaussianization(d, flows.GaussianizationConfig{Blocks: 3, Dtype: dtype})), x, batch)
				})
				t.Run(fmt.Sprintf("%d_%s_%d/%d/coupling/%s", i, name, d, batch, dtype), func(t *testing.T) {
					staysWarm(t, errtest.Must(flows.NewCoupling(d, flows.CouplingConfig{Blocks: 3, Dtype: dtype})), x, batch)
				})
			}
		}
	}
}

func staysWarm(t *testing.T, f *flows.Flow, x *mat.Dense, batch int) {
	quick := initializers.MixtureConfig{Starts: 1, Moves: 2} // a quick fit of the mixtures suffices: the test is not about how good the start is
	if _, err := f.InitFrom(x, initializers.IGConfig{Mixture: quick}); err != nil {
		t.Fatal(err)
	}
	start := -stat.Mean(errtest.Must(f.LogProb(x)), nil)
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 3e-3}}); err != nil {
		t.Fatal(err)
	}
	var ends []float64
	look := train.LambdaCallback{EpochEnd: func(*train.State) error {
		loss, err := f.Evaluate(x, nil)
		ends = append(ends, loss)
		return err
	}}
	history, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: 5, BatchSize: batch, Callbacks: []train.Callback{look}})
	if err != nil {
		t.Fatal(err)
	}
	for e := range 5 {
		if worst := max(history.Loss[e], ends[e]) - start; !(worst <= 0.02) {
			t.Errorf("epoch %d is %.4f nats above the warm start's loss of %.4f: %.4f on its way, %.4f at its end", e, worst, start, history.Loss[e], ends[e])
		}
	}
}

// warmTable makes the i-th table of 1500 rows: independent columns whose spreads lie up to 81-fold apart, so that principal axes
// are nearly the table's own; correlated ones; normal ones of nearly equal variances; tied ones. It has from 2 to 43 columns.
func warmTable(i int) (kind string, x *mat.Dense) {
	dims := []int{2, 3, 4, 6, 9, 13, 20, 43}
	d := dims[(i/4*5+i)%len(dims)]
	rng := rand.New(rand.NewPCG(uint64(i), 77))
	x = mat.NewDense(1500, d, nil)
	kind = []string{"independent", "correlated", "equal", "tied"}[i%4]
	for r := range 1500 {
		for j := range d {
			v := 0.0
			switch kind {
			case "independent":
				v = drawOf((i/4+j)%6, rng) * math.Pow(3, float64((j*3+i/4)%5-2))
			case "correlated":
				if v = drawOf((i/4+j)%6, rng); j > 0 {
					v = 0.4*v + 0.9*x.At(r, j-1)
				}
			case "equal":
				v = rng.NormFloat64() * (1 + 1e-3*float64(j))
			case "tied":
				v = drawOf(4+(i/4+j)%4, rng)
			}
			x.Set(r, j, v)
		}
	}
	return kind, x
}

// drawOf draws from one of eight distributions whose standard deviations are near 1; the last two have ties.
func drawOf(kind int, rng *rand.Rand) float64 {
	v := rng.NormFloat64()
	switch kind {
	case 0:
		return v
	case 1:
		return math.Exp(v)
	case 2:
		return 2*rng.Float64() - 1
	case 3:
		return v / math.Sqrt((rng.ExpFloat64()+rng.ExpFloat64())/2) // Student's t of 4 degrees of freedom
	case 4:
		return rng.ExpFloat64()
	case 5:
		return 0.4*v + 2*float64(rng.IntN(2))
	case 6:
		return float64(rng.IntN(5))
	}
	return max(0, v)
}

// TestWarmup: the learning rate rises after a warm start, whether the flow is compiled before it or after, but only if the
// user has not set a schedule.
func TestWarmup(t *testing.T) {
	x := randomData("blobs", 100, 4, 3)
	for name, c := range map[string]struct {
		schedule      train.Schedule
		start, before bool
		want          float64
	}{
		"a fresh flow":          {nil, false, false, 0.1},
		"compiled, started":     {nil, true, true, 0.1 / 3600},
		"started, compiled":     {nil, true, false, 0.1 / 3600},
		"with its own schedule": {train.Constant{Rate: 0.1}, true, false, 0.1},
	} {
		f := errtest.Must(flows.NewGaussianization(4, flows.GaussianizationConfig{Blocks: 1, Components: 2}))
		config := train.Config{Optimizer: train.Adam{LearningRate: 0.1}, Schedule: c.schedule}
		if c.before {
			errtest.None(t, f.Compile(config))
		}
		if c.start {
			errtest.Must(f.InitFrom(x, initializers.IGConfig{}))
		}
		if !c.before {
			errtest.None(t, f.Compile(config))
		}
		if got := f.Trainer().LearningRate(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: the first rate is %g, want %g", name, got, c.want)
		}
	}
}

// TestWarmupCountsRows: after equally many rows the rate is the same for all batch sizes; a batch of more than 512 rows
// counts as 512, and the count is part of the state.
func TestWarmupCountsRows(t *testing.T) {
	x := randomData("blobs", 1200, 4, 3)
	const over = 30_720. // 15,360·√4
	for batch, counted := range map[int]float64{50: 1200, 512: 1200, 700: 512 + 500, 1200: 512} {
		f := errtest.Must(flows.NewGaussianization(4, flows.GaussianizationConfig{Blocks: 1, Components: 2}))
		errtest.Must(f.InitFrom(x, initializers.IGConfig{}))
		errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.1}}))
		h := errtest.Must(f.Fit(context.Background(), x, train.FitConfig{BatchSize: batch}))
		want := 0.1 * math.Pow(counted/over, 2)
		if got := h.LearningRate[0]; math.Abs(got-want) > 1e-15 {
			t.Errorf("batches of %d: the epoch's last rate is %g, want %g", batch, got, want)
		}
		state := f.Trainer().State()
		errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.1}}))
		errtest.None(t, f.Trainer().SetState(state))
		errtest.Must(f.Fit(context.Background(), x, train.FitConfig{BatchSize: batch}))
		if got := f.Trainer().State().Warmup.Done; got != int(2*counted) {
			t.Errorf("batches of %d: %d rows counted after two epochs, want %g", batch, got, 2*counted)
		}
		state.Warmup.Done = int(over) + 1
		if err := f.Trainer().SetState(state); err == nil {
			t.Error("more rows done than there are: got no error")
		}
	}
}

// TestShortReflectors: models saved by earlier versions may have reflectors so short that one training step would turn them
// in any direction. Compile lengthens them; the flow stays the same to the last bit. A fresh flow is left as it is.
func TestShortReflectors(t *testing.T) {
	_, x := warmTable(5)
	f := errtest.Must(flows.NewGaussianization(4, flows.GaussianizationConfig{Blocks: 2, Dtype: graph.Float32}))
	fresh := f.Params()[0].Values()
	errtest.None(t, f.Compile(train.Config{}))
	if !slices.Equal(f.Params()[0].Values(), fresh) {
		t.Error("the reflectors of a fresh flow changed")
	}
	errtest.Must(f.InitFrom(x, initializers.IGConfig{}))
	for i, p := range f.Params() {
		if p.Name == "block1.rotation.v" || i == 0 {
			v := p.Values()
			floats.Scale(7e-10, v[:4])
			floats.Scale(0, v[4:8]) // a reflector of zero is the identity and stays zero
			errtest.None(t, p.Set(v))
		}
	}
	old := errtest.Must(flows.LoadFrom(bytes.NewReader(saved(t, f))))
	want := errtest.Must(old.LogProb(x))
	errtest.None(t, old.Compile(train.Config{Optimizer: train.Adam{LearningRate: 3e-3}}))
	if got := errtest.Must(old.LogProb(x)); !slices.Equal(got, want) {
		t.Error("log p changed")
	}
	v := old.Params()[0].Values()
	if length := floats.Norm(v[:4], 2); length < 1 || length >= 2.0001 || floats.Norm(v[4:8], 2) != 0 {
		t.Errorf("the lengths are %g and %g, want 1 to 2 and 0", length, floats.Norm(v[4:8], 2))
	}
	h := errtest.Must(old.Fit(context.Background(), x, train.FitConfig{}))
	if start := -stat.Mean(want, nil); h.Loss[0] > start+0.02 {
		t.Errorf("the first epoch's loss is %.3f, the start's %.3f", h.Loss[0], start)
	}
}
