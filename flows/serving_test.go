package flows_test

import (
	"path/filepath"
	"runtime"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
)

// watched is a layer that counts how often its graph is built.
type watched struct {
	layers.Bijector
	built *int
}

func (w watched) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	*w.built++
	return w.Bijector.Forward(b, x, context)
}

// TestGarbageCollectionForgetsNothing: a service that scores a row now and then does not compile again after garbage collections.
func TestGarbageCollectionForgetsNothing(t *testing.T) {
	built := 0
	inner, err := layers.NewAffine(2, layers.AffineConfig{})
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "affine", Layer: watched{inner, &built}})
	errtest.None(t, err)
	x := randomData("blobs", 1, 2, 0)
	logProb(t, f, x)
	first := built
	for range 3 {
		runtime.GC()
		runtime.GC() // two collections empty a sync.Pool
		logProb(t, f, x)
	}
	if built != first || first != 1 {
		t.Errorf("the graph was built %d times for the first call and %d for three after garbage collections, want 1 and 0", first, built-first)
	}
}

// TestReadersFollowTheFit: values that depend on parameters alone, such as the matrix of a rotation, are computed again
// after training, or the average of the parameters, has changed any of the model's parameters.
func TestReadersFollowTheFit(t *testing.T) {
	for name, c := range map[string]train.Config{
		"adam": {Optimizer: train.Adam{LearningRate: 0.05}},
		"ema":  {Optimizer: train.Adam{LearningRate: 0.05}, EMA: 0.5},
	} {
		affine, err := layers.NewAffine(3, layers.AffineConfig{})
		errtest.None(t, err)
		rotation, err := layers.NewHouseholder(3, layers.HouseholderConfig{Seed: 1})
		errtest.None(t, err)
		mixture, err := layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 2})
		errtest.None(t, err)
		f, err := flows.New(flows.Named{Name: "affine", Layer: affine}, flows.Named{Name: "rotation", Layer: rotation}, flows.Named{Name: "mixture", Layer: mixture})
		errtest.None(t, err)
		x := randomData("blobs", 64, 3, 0)
		before, start := logProb(t, f, x), rotation.Params()[0].Values()
		fit(t, f, x, c, 3)
		after := logProb(t, f, x)
		path := filepath.Join(t.TempDir(), "model.gflow")
		errtest.None(t, f.Save(path))
		loaded, err := flows.Load(path)
		errtest.None(t, err)
		if d := maxDifference(after, logProb(t, loaded, x)); d != 0 {
			t.Errorf("%s: log p after the fit is off by %v from the saved model's", name, d)
		}
		if maxDifference(after, before) == 0 {
			t.Errorf("%s: the fit changed nothing: the test tests nothing", name)
		}
		if maxDifference(rotation.Params()[0].Values(), start) == 0 {
			t.Errorf("%s: the rotation has not moved: the test tests nothing", name)
		}
	}
}
