package flows_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/train"
	"gaussflow/transforms"
)

// custom is a user's own layer: an Affine, whose forward and inverse map a test may replace.
type custom struct {
	*layers.Affine
	forward, inverse func(b *graph.Builder, x *G.Node) (*G.Node, *G.Node)
}

func (c custom) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	if c.forward != nil {
		return c.forward(b, x)
	}
	return c.Affine.Forward(b, x, context)
}

func (c custom) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	if c.inverse != nil {
		return c.inverse(b, z)
	}
	return c.Affine.Inverse(b, z, context)
}

func affine(t *testing.T, d int) *layers.Affine {
	t.Helper()
	a, err := layers.NewAffine(d, layers.AffineConfig{})
	errtest.None(t, err)
	return a
}

// TestFailingLayerIsNamed: a failure while a user's layer builds its graph is an error that names the layer by number, name
// and type, the map, and the place in the source.
func TestFailingLayerIsNamed(t *testing.T) {
	type maps = func(b *graph.Builder, x *G.Node) (*G.Node, *G.Node)
	for name, c := range map[string]struct {
		f     maps
		words []string
	}{
		"index": {func(*graph.Builder, *G.Node) (*G.Node, *G.Node) { return nil, []*G.Node{}[len(t.Name())] },
			[]string{"panic at failing_layer_test.go:", "index out of range"}},
		"nil dereference": {func(_ *graph.Builder, x *G.Node) (*G.Node, *G.Node) {
			return x, (*layers.Chain)(nil).Layers()[0].(custom).W()
		},
			[]string{"panic at chain.go:", "nil pointer"}},
		"own panic":   {func(*graph.Builder, *G.Node) (*G.Node, *G.Node) { panic("mine") }, []string{"panic at failing_layer_test.go:", "mine"}},
		"shapes":      {func(b *graph.Builder, x *G.Node) (*G.Node, *G.Node) { return b.MatMul(x, x), b.Zeros(graph.Rows(x)) }, []string{"inner axes"}},
		"own error":   {func(b *graph.Builder, _ *G.Node) (*G.Node, *G.Node) { return b.Fail(errors.New("not today")), nil }, []string{"not today"}},
		"nil value":   {func(b *graph.Builder, x *G.Node) (*G.Node, *G.Node) { return nil, b.Zeros(graph.Rows(x)) }, []string{"nil node"}},
		"nil log-det": {func(_ *graph.Builder, x *G.Node) (*G.Node, *G.Node) { return x, nil }, []string{"nil node"}},
		"narrow": {func(b *graph.Builder, x *G.Node) (*G.Node, *G.Node) {
			return b.Slab(x, 0, graph.Rows(x), 1), b.Zeros(graph.Rows(x))
		}, []string{"value of shape", "1)", "2)"}},
		"one log-det": {func(b *graph.Builder, x *G.Node) (*G.Node, *G.Node) { return x, b.Zeros() }, []string{"log-det of shape", "one number a row"}},
	} {
		for direction, layer := range map[string]custom{"Forward": {forward: c.f}, "Inverse": {inverse: c.f}} {
			t.Run(name+"/"+direction, func(t *testing.T) {
				layer.Affine = affine(t, 2)
				f, err := flows.New(flows.Named{Name: "first", Layer: affine(t, 2)}, flows.Named{Name: "second", Layer: layer})
				errtest.None(t, err)
				compiled := errtest.Of(t, func() error { return f.Compile(train.Config{}) })
				x := randomData("blobs", 8, 2, 0)
				words := append([]string{"layer 1 (flows_test.custom)." + direction + ": "}, c.words...)
				if direction == "Inverse" {
					errtest.None(t, compiled)
					errtest.Says(t, errtest.Of(t, func() error { _, err := f.Sample(3, rand.New(rand.NewPCG(1, 2))); return err }), words...)
					return
				}
				errtest.Says(t, compiled, words...)
				for _, method := range []string{"Forward", "Predict", "LogProb", "LogProbGrad", "Intermediates", "InitFrom"} {
					errtest.Says(t, errtest.Of(t, func() error { return readers[method](f, x) }), words...)
				}
			})
		}
	}
}

// W is called on a nil layer in the test of a nil dereference, so its body never runs.
func (c custom) W() *G.Node { return nil }

// stubborn is an MLP that panics when its graph is built for the second time.
type stubborn struct {
	*layers.MLP
	built *int
}

func (s stubborn) Apply(b *graph.Builder, x *G.Node) *G.Node {
	if *s.built++; *s.built > 1 {
		panic("no more")
	}
	return s.MLP.Apply(b, x)
}

// TestFailingConditionerIsNamed: the error of a failing conditioner names it and its layer.
func TestFailingConditionerIsNamed(t *testing.T) {
	mlp, err := layers.NewMLP(1, 3*2, layers.MLPConfig{Hidden: []int{2}})
	errtest.None(t, err)
	coupling, err := layers.NewCoupling(2, layers.CouplingConfig{
		Transform:   transforms.GaussianMixtureCDF{Components: 2},
		Conditioner: func(int, int) (layers.Conditioner, error) { return stubborn{mlp, new(int)}, nil },
	})
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "first", Layer: affine(t, 2)}, flows.Named{Name: "second", Layer: coupling})
	errtest.None(t, err)
	errtest.Says(t, errtest.Of(t, func() error { _, err := f.LogProb(mat.NewDense(1, 2, nil)); return err }),
		"layer 1 (coupling, *layers.Coupling).Forward: conditioner flows_test.stubborn: panic at failing_layer_test.go:", "no more")
}

// broken is a user's own loss and penalty that panic.
type broken struct{ losses.NLL }

func (broken) Rows(*graph.Builder, losses.Terms) *G.Node { panic("no loss") }

func (broken) Scalar(*graph.Builder, []*graph.Param) *G.Node { panic("no penalty") }

// TestFailingLossIsNamed: the error of a failing loss or penalty names it.
func TestFailingLossIsNamed(t *testing.T) {
	for word, c := range map[string]train.Config{
		"loss flows_test.broken: panic at failing_layer_test.go:":                {Loss: broken{}},
		"penalty 1 (from 0), flows_test.broken: panic at failing_layer_test.go:": {Penalties: []losses.Penalty{losses.L2{Lambda: 1}, broken{}}},
	} {
		f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
		errtest.Says(t, errtest.Of(t, func() error { return f.Compile(c) }), "flows: Compile: ", word)
	}
}

// TestFailingWarmStartIsNamed: the error names a layer that is fitted by the warm start but then fails to map the rows.
func TestFailingWarmStartIsNamed(t *testing.T) {
	layer := custom{Affine: affine(t, 2), forward: func(*graph.Builder, *G.Node) (*G.Node, *G.Node) { panic("stuck") }}
	f, err := flows.New(flows.Named{Name: "first", Layer: affine(t, 2)}, flows.Named{Name: "second", Layer: layer})
	errtest.None(t, err)
	errtest.Says(t, errtest.Of(t, func() error { _, err := f.InitFrom(randomData("blobs", 8, 2, 0), initializers.IGConfig{}); return err }),
		"layer 1 (second)", ".Forward: panic at failing_layer_test.go:", "stuck")
}
