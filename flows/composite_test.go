package flows_test

import (
	"bytes"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
)

// twice is a user's own composite layer: it applies a layer two times.
type twice struct {
	of     layers.Bijector
	config twiceConfig
}

type twiceConfig struct {
	Of layers.Description `json:"of"`
}

func twiceSpecs(_ int, c twiceConfig) ([]graph.ParamSpec, error) {
	specs, err := layers.Specs(c.Of)
	for i := range specs {
		specs[i].Name = "0." + specs[i].Name
	}
	return specs, err
}

func newTwice(_ int, c twiceConfig, params []*graph.Param) (twice, error) {
	of, err := layers.New(c.Of, params)
	return twice{of, c}, err
}

func (t twice) Config() twiceConfig       { return t.config }
func (t twice) Dim() int                  { return t.of.Dim() }
func (t twice) Params() []*graph.Param    { return t.of.Params() }
func (t twice) Layers() []layers.Bijector { return []layers.Bijector{t.of} }

func (t twice) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	y, first := t.of.Forward(b, x, context)
	z, second := t.of.Forward(b, y, context)
	return z, b.Sum(first, second)
}

func (t twice) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	y, first := t.of.Inverse(b, z, context)
	x, second := t.of.Inverse(b, y, context)
	return x, b.Sum(first, second)
}

var registeredTwice = layers.Register("flows_test.twice", twiceSpecs, newTwice)

// TestOwnComposite: the layers inside of a user's own composite are named, frozen, shared and saved as those of a Chain are.
func TestOwnComposite(t *testing.T) {
	errtest.None(t, registeredTwice)
	shared := affine(t, 2)
	chain := errtest.Must(layers.NewChain(shared, errtest.Must(layers.NewLU(2, layers.LUConfig{}))))
	d, err := layers.Describe(chain)
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "twice", Layer: twice{chain, twiceConfig{d}}}, flows.Named{Name: "again", Layer: shared})
	errtest.None(t, err)
	perturbFlow(t, f)
	errtest.None(t, f.SetTrainable(false, "twice.0.1"))
	g, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
	errtest.None(t, err)
	want := []string{"twice.0.0.shift", "twice.0.0.log_scale", "twice.0.1.lu"}
	if got := namesOf(g.Weights()); !slices.Equal(got, want) {
		t.Errorf("the names are %q, want %q", got, want)
	}
	if g.Layer("twice.0.0").Params()[0] != g.Layer("again").Params()[0] || g.Params()[2].Trainable || !g.Params()[0].Trainable {
		t.Error("what was shared or frozen is so no longer")
	}
	x := randomData("blobs", 20, 2, 6)
	if d := maxDifference(logProb(t, g, x), logProb(t, f, x)); d > 0 {
		t.Errorf("log p differs by %g after Save and Load", d)
	}
	initFrom(t, g, x) // the warm start passes over the composite, since it maps rows in its own way
}
