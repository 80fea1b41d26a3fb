package flows_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// twoModes are rows of (u, ±2 + noise), the sign drawn: one normal is 0.63 nats a row short of their density.
func twoModes(n int, seed uint64) *mat.Dense {
	x, rng := mat.NewDense(n, 2, nil), rand.New(rand.NewPCG(seed, 5))
	for i := range n {
		x.SetRow(i, []float64{rng.NormFloat64(), float64(4*rng.IntN(2)-2) + 0.5*rng.NormFloat64()})
	}
	return x
}

// TestFreshMixturesTrain: training turns mixtures that were not initialized from data into more than one normal, in each
// structure; components that start equal would stay equal.
func TestFreshMixturesTrain(t *testing.T) {
	mixture, logistic := transforms.GaussianMixtureCDF{Components: 4}, transforms.LogisticMixtureCDF{Components: 4}
	one := func(l layers.Bijector, err error) (*flows.Flow, error) {
		errtest.None(t, err)
		return flows.New(flows.Named{Name: "only", Layer: l})
	}
	for name, f := range map[string]func() (*flows.Flow, error){
		"coupling": func() (*flows.Flow, error) {
			return flows.NewCoupling(2, flows.CouplingConfig{Blocks: 1, NoRotation: true})
		},
		"shared coupling": func() (*flows.Flow, error) {
			return one(layers.NewCoupling(2, layers.CouplingConfig{Transform: mixture, Shared: true}))
		},
		"elementwise": func() (*flows.Flow, error) {
			return one(layers.NewElementwise(2, layers.ElementwiseConfig{Transform: mixture}))
		},
		"logistic": func() (*flows.Flow, error) {
			return one(layers.NewElementwise(2, layers.ElementwiseConfig{Transform: logistic}))
		},
		"autoregressive": func() (*flows.Flow, error) {
			return one(layers.NewAutoregressive(2, layers.AutoregressiveConfig{Transform: mixture}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := f()
			errtest.None(t, err)
			errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.01}}))
			_, err = f.Fit(t.Context(), twoModes(2000, 1), train.FitConfig{Epochs: 30, BatchSize: 200})
			errtest.None(t, err)
			got, err := f.Evaluate(twoModes(2000, 2), nil)
			errtest.None(t, err)
			// Entropies: 1.419 of u, log 2 + 0.726 of the modes; of one normal of the modes' variance 2.142.
			if truth := 1.419 + math.Ln2 + 0.726; got > truth+0.1 {
				t.Errorf("%.3f nats held out, want %.3f to 0.1; one normal has 3.561", got, truth)
			}
		})
	}
}

// TestStartTraining: only parameters that are zero, in layers that are wholly trainable, are changed, and rows keep about
// their places.
func TestStartTraining(t *testing.T) {
	fresh := func() *flows.Flow {
		f, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 1})
		errtest.None(t, err)
		return f
	}
	values := func(f *flows.Flow) (all []float64) {
		for _, p := range f.Params() {
			all = append(all, p.Values()...)
		}
		return all
	}
	f := fresh()
	before := values(f)
	errtest.None(t, f.StartTraining())
	started := values(f)
	if slices.Equal(before, started) {
		t.Fatal("a fresh flow stays as it is")
	}
	errtest.None(t, f.StartTraining())
	if !slices.Equal(values(f), started) {
		t.Error("a second start changes parameters")
	}
	x := twoModes(100, 1)
	if d := maxDifference(numbers(forward(t, f, x)), numbers(forward(t, fresh(), x))); d > 0.5 {
		t.Errorf("rows go as far as %v from where the identity has them", d)
	}

	f = fresh()
	frozen := couplings(f)[0].Params()
	frozen[0].Trainable = false
	errtest.None(t, f.StartTraining())
	if bias := frozen[len(frozen)-1]; slices.ContainsFunc(bias.Values(), func(v float64) bool { return v != 0 }) {
		t.Error("a layer with a frozen parameter was changed")
	}
	if err := (*flows.Flow)(nil).StartTraining(); !errors.Is(err, flows.ErrNotBuilt) {
		t.Errorf("got %v, want %v", err, flows.ErrNotBuilt)
	}
}

// A stuckStarter is a transform whose Start panics.
type stuckStarter struct{ transforms.GaussianMixtureCDF }

func (stuckStarter) Start() [][]float64 { panic("stuck") }

// TestStartPanics: a panic in a transform's Start is an error of Fit that names the layer.
func TestStartPanics(t *testing.T) {
	layer, err := layers.NewCoupling(2, layers.CouplingConfig{Transform: stuckStarter{}})
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "broken", Layer: layer})
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{}))
	_, err = f.Fit(t.Context(), twoModes(20, 1), train.FitConfig{Epochs: 1})
	errtest.Says(t, err, `"broken"`, "stuckStarter", "stuck")
}
