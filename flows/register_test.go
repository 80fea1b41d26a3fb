package flows_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// power is a bijector of a user's own, z = x·exp(s), with a setting and a parameter.
type power struct {
	scale *graph.Param
	name  string
}

type powerConfig struct {
	Name string `json:"name"`
}

func powerSpecs(dim int, c powerConfig) ([]graph.ParamSpec, error) {
	if c.Name == "" {
		return nil, errors.New("name is empty")
	}
	return []graph.ParamSpec{{Name: c.Name, Shape: []int{dim}}}, nil
}

func newPower(_ int, c powerConfig, params []*graph.Param) (*power, error) {
	return &power{params[0], c.Name}, nil
}

func (p *power) Dim() int               { return p.scale.Size() }
func (p *power) Params() []*graph.Param { return []*graph.Param{p.scale} }
func (p *power) Config() powerConfig    { return powerConfig{p.name} }

func (p *power) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	s := b.Param(p.scale)
	return b.Mul(x, b.Exp(s)), b.ExpandLast(b.SumLast(s), graph.Rows(x))
}

func (p *power) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	s := b.Scale(b.Param(p.scale), -1)
	return b.Mul(z, b.Exp(s)), b.ExpandLast(b.SumLast(s), graph.Rows(z))
}

// net is a conditioner of a user's own: known·w.
type net struct{ w *graph.Param }

type netConfig struct{}

func netSpecs(in, out int, _ netConfig) ([]graph.ParamSpec, error) {
	return []graph.ParamSpec{{Name: "net.w", Shape: []int{in, out}}}, nil
}

func newNet(_, _ int, _ netConfig, params []*graph.Param) (net, error) { return net{params[0]}, nil }

func (n net) Config() netConfig                             { return netConfig{} }
func (n net) Params() []*graph.Param                        { return []*graph.Param{n.w} }
func (n net) Apply(b *graph.Builder, known *G.Node) *G.Node { return b.MatMul(known, b.Param(n.w)) }
func makeNet(in, out int) (c layers.Conditioner, err error) {
	return net{graph.NewParam("net.w", graph.Float64, in, out)}, nil
}

// shift is a transform of a user's own, z = x + θ.
type shift struct{}

func (shift) Parts() []transforms.Part { return []transforms.Part{{Name: "by", Size: 1}} }

func (shift) Forward(b *graph.Builder, x *G.Node, theta transforms.Theta) (z, logSlope *G.Node) {
	return b.Add(x, theta.Part(b, 0)), b.Zeros(x.Shape()...)
}

func (shift) Inverse(b *graph.Builder, z *G.Node, theta transforms.Theta) (x, logSlope *G.Node) {
	return b.Sub(z, theta.Part(b, 0)), b.Zeros(z.Shape()...)
}

var registered = errors.Join(
	layers.Register("flows_test.power", powerSpecs, newPower),
	layers.RegisterConditioner("flows_test.net", netSpecs, newNet),
	transforms.Register[shift]("flows_test.shift"),
)

// TestOwnPartsAreKept: a flow of a user's own layer, transform and conditioner, of chains and of layers that share parameters comes
// back from a file as it was.
func TestOwnPartsAreKept(t *testing.T) {
	noError(t, registered)
	own := &power{graph.NewParam("s", graph.Float64, 3), "s"}
	coupling := must(layers.NewCoupling(3, layers.CouplingConfig{Transform: shift{}, Conditioner: makeNet}))
	inner := must(layers.NewChain(own, coupling))
	chain := must(layers.NewChain(inner, must(layers.NewHouseholder(3, layers.HouseholderConfig{}))))
	f, err := flows.New(
		flows.Named{Name: "first", Layer: own}, flows.Named{Name: "chain", Layer: chain}, flows.Named{Name: "again", Layer: coupling},
		flows.Named{Name: "marginal", Layer: must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: shift{}}))},
	)
	noError(t, err)
	perturbFlow(t, f)
	own.scale.Trainable = false
	file := saved(t, f)
	g, err := flows.LoadFrom(bytes.NewReader(file))
	noError(t, err)
	x := randomData("blobs", 50, 3, 1)
	if d := maxDifference(logProb(t, g, x), logProb(t, f, x)); d > 0 {
		t.Errorf("log p differs by %g after Save and Load", d)
	}
	if got, want := len(g.Params()), len(f.Params()); got != want {
		t.Errorf("got %d parameters, want %d: those that are shared stay so", got, want)
	}
	for i, p := range g.Params() {
		if p.Trainable != f.Params()[i].Trainable {
			t.Errorf("parameter %d (from 0), %s: trained: %v", i, p.Name, p.Trainable)
		}
	}
	if again := saved(t, g); !bytes.Equal(again, file) {
		t.Error("a second Save writes another file")
	}
}

// impostor embeds a built-in layer and has a map of its own.
type impostor struct{ *layers.Affine }

func (i impostor) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	z, logDet = i.Affine.Forward(b, b.Scale(x, 2), context)
	return z, logDet
}

// TestImpostorIsRefused: what embeds a layer is another one, wherever it stands.
func TestImpostorIsRefused(t *testing.T) {
	fake := impostor{affine(t, 2)}
	for name, l := range map[string]layers.Bijector{"alone": fake, "in a chain": must(layers.NewChain(affine(t, 2), fake))} {
		f, err := flows.New(flows.Named{Name: "it", Layer: l})
		noError(t, err)
		wantError(t, f.SaveTo(&bytes.Buffer{}), "layer it", "flows_test.impostor", "not registered", `embeds a "affine"`, "layers.Register")
		t.Log(name, f.SaveTo(&bytes.Buffer{}))
	}
}

// TestBadRegistration: a name or a type that is there, a nil function, parameters that are not those declared, a panic.
func TestBadRegistration(t *testing.T) {
	noError(t, registered)
	wantError(t, layers.Register("flows_test.power", powerSpecs, newPower), "registered already")
	wantError(t, layers.Register("", powerSpecs, newPower), "empty")
	wantError(t, layers.Register[*power, powerConfig]("other", nil, nil), "nil function")
	wantError(t, transforms.Register[transforms.GaussianMixtureCDF]("mine"), "registered already")
	noError(t, layers.Register("flows_test.lying", lyingSpecs, newLying))
	f, err := flows.New(flows.Named{Name: "it", Layer: &lying{power{graph.NewParam("s", graph.Float64, 2), "s"}}})
	noError(t, err)
	wantError(t, f.SaveTo(&bytes.Buffer{}), "flows_test.lying", "shape [3]")
	_, err = layers.New(layers.Description{Kind: "flows_test.lying", Dim: 3, Config: []byte("{}")}, []*graph.Param{graph.NewParam("s", "", 3)})
	wantError(t, err, "flows_test.lying", "panic", "help")
	var declared string
	_, err = layers.Specs(layers.Description{Kind: "flows_test.power", Dim: 3, Config: []byte(fmt.Sprintf(`{"name":%q}`, declared))})
	wantError(t, err, "name is empty")
}

// lying declares another parameter than it has, and cannot be made.
type lying struct{ power }

func lyingSpecs(int, powerConfig) ([]graph.ParamSpec, error) {
	return []graph.ParamSpec{{Name: "s", Shape: []int{3}}}, nil
}

func newLying(int, powerConfig, []*graph.Param) (*lying, error) { panic("help") }
