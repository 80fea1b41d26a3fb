package flows_test

import (
	"bytes"
	"errors"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// power is a user's own bijector, z = x·exp(s), with a setting and a parameter.
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

// net is a user's own conditioner, θ = known·w.
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

// shift is a user's own transform, z = x + θ.
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

// TestOwnPartsAreKept: a flow with a user's own layer, transform and conditioner, with chains and with layers that share
// parameters, is unchanged after Save and Load.
func TestOwnPartsAreKept(t *testing.T) {
	errtest.None(t, registered)
	own := &power{graph.NewParam("s", graph.Float64, 3), "s"}
	coupling := errtest.Must(layers.NewCoupling(3, layers.CouplingConfig{Transform: shift{}, Conditioner: makeNet}))
	inner := errtest.Must(layers.NewChain(own, coupling))
	chain := errtest.Must(layers.NewChain(inner, errtest.Must(layers.NewHouseholder(3, layers.HouseholderConfig{}))))
	f, err := flows.New(
		flows.Named{Name: "first", Layer: own}, flows.Named{Name: "chain", Layer: chain}, flows.Named{Name: "again", Layer: coupling},
		flows.Named{Name: "marginal", Layer: errtest.Must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: shift{}}))},
	)
	errtest.None(t, err)
	perturbFlow(t, f)
	own.scale.Trainable = false
	file := saved(t, f)
	g, err := flows.LoadFrom(bytes.NewReader(file))
	errtest.None(t, err)
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

// impostor embeds a built-in layer but has another Forward.
type impostor struct{ *layers.Affine }

func (i impostor) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	z, logDet = i.Affine.Forward(b, b.Scale(x, 2), context)
	return z, logDet
}

// double has the methods of a built-in layer with the same results, but another map, and does not embed the layer.
type double struct{ of *layers.Affine }

func (d double) Dim() int                    { return d.of.Dim() }
func (d double) Params() []*graph.Param      { return d.of.Params() }
func (d double) Name() string                { return "affine" }
func (d double) Config() layers.AffineConfig { return d.of.Config() }

func (d double) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	return d.of.Forward(b, b.Scale(x, 2), context)
}

func (d double) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	x, logDet = d.of.Inverse(b, z, context)
	return b.Scale(x, 0.5), logDet
}

// fakeTransform embeds a built-in transform but has another Forward; the other fakes do the same for conditioner, family and base.
type fakeTransform struct{ transforms.Affine }

func (f fakeTransform) Forward(b *graph.Builder, x *G.Node, theta transforms.Theta) (z, logSlope *G.Node) {
	return f.Affine.Forward(b, b.Scale(x, 2), theta)
}

type fakeConditioner struct{ *layers.MLP }

func (f fakeConditioner) Apply(b *graph.Builder, known *G.Node) *G.Node {
	return b.Shift(f.MLP.Apply(b, known), 1)
}

type fakeMasked struct{ *layers.MaskedMLP }

func (f fakeMasked) Apply(b *graph.Builder, known *G.Node) *G.Node {
	return b.Shift(f.MaskedMLP.Apply(b, known), 1)
}

type fakeFamily struct{ bases.StudentT }

func (f fakeFamily) LogDensity(b *graph.Builder, z *G.Node, theta transforms.Theta) *G.Node {
	return b.Scale(f.StudentT.LogDensity(b, z, theta), 2)
}

type fakeBase struct{ *bases.Independent }

func (f fakeBase) LogProb(b *graph.Builder, z, context *G.Node) *G.Node {
	return b.Scale(f.Independent.LogProb(b, z, context), 2)
}

// TestImpostorIsRefused: a type that embeds a built-in piece, or whose methods return the same settings, is not saved as
// that piece. This holds for every kind of piece, wherever it stands in the flow, and for pointers to such types.
func TestImpostorIsRefused(t *testing.T) {
	fake := impostor{affine(t, 2)}
	makeFake := func(in, out int) (layers.Conditioner, error) {
		m, err := layers.NewMLP(in, out, layers.MLPConfig{Hidden: []int{3}})
		return fakeConditioner{m}, err
	}
	makeFakeMasked := func(a layers.Autoregression) (layers.Conditioner, error) {
		m, err := layers.NewMaskedMLP(a, layers.MLPConfig{Hidden: []int{3}})
		return fakeMasked{m}, err
	}
	independent := func(f bases.Family) *bases.Independent {
		return errtest.Must(bases.NewIndependent(2, bases.IndependentConfig{Family: f}))
	}
	for name, c := range map[string]struct {
		layer layers.Bijector
		base  bases.Base
		words []string
	}{
		"alone":         {layer: fake, words: []string{"layer it", "flows_test.impostor", `embeds a "affine"`, "layers.Register"}},
		"in a chain":    {layer: errtest.Must(layers.NewChain(affine(t, 2), fake)), words: []string{"layer it", "flows_test.impostor", "layers.Register"}},
		"same config":   {layer: double{affine(t, 2)}, words: []string{"layer it", "flows_test.double", "layers.Register"}},
		"a pointer":     {layer: &double{affine(t, 2)}, words: []string{"layer it", "*flows_test.double", "layers.Register"}},
		"a transform":   {layer: errtest.Must(layers.NewElementwise(2, layers.ElementwiseConfig{Transform: fakeTransform{}})), words: []string{"layer it", "flows_test.fakeTransform", `embeds a "affine"`, "transforms.Register"}},
		"in a coupling": {layer: errtest.Must(layers.NewCoupling(2, layers.CouplingConfig{Transform: &fakeTransform{}})), words: []string{"layer it", "*flows_test.fakeTransform", "transforms.Register"}},
		"a conditioner": {layer: errtest.Must(layers.NewCoupling(2, layers.CouplingConfig{Transform: transforms.Affine{}, Conditioner: makeFake})), words: []string{"layer it", "flows_test.fakeConditioner", `embeds a "mlp"`, "layers.RegisterConditioner"}},
		"a masked one":  {layer: errtest.Must(layers.NewAutoregressive(2, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Conditioner: makeFakeMasked})), words: []string{"layer it", "flows_test.fakeMasked", `embeds a "masked_mlp"`, "layers.RegisterAutoregressiveConditioner"}},
		"a base":        {base: fakeBase{independent(bases.StudentT{})}, words: []string{"base", "flows_test.fakeBase", `embeds a "independent"`, "bases.Register"}},
		"a family":      {base: independent(fakeFamily{}), words: []string{"base", "flows_test.fakeFamily", `embeds a "student_t"`, "bases.RegisterFamily"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.layer == nil {
				c.layer = affine(t, 2)
			}
			f, err := flows.NewWithBase(c.base, flows.Named{Name: "it", Layer: c.layer})
			errtest.None(t, err)
			errtest.Says(t, f.SaveTo(&bytes.Buffer{}), append(c.words, "not registered")...)
		})
	}
}

// TestBadRegistration: a name or a type that is registered already, a nil function, parameters other than those declared,
// and a panic are errors.
func TestBadRegistration(t *testing.T) {
	errtest.None(t, registered)
	errtest.Says(t, layers.Register("flows_test.power", powerSpecs, newPower), "registered already")
	errtest.Says(t, layers.Register("", powerSpecs, newPower), "empty")
	errtest.Says(t, layers.Register[*power, powerConfig]("other", nil, nil), "nil function")
	errtest.Says(t, transforms.Register[transforms.GaussianMixtureCDF]("mine"), "registered already")
	errtest.None(t, layers.Register("flows_test.lying", lyingSpecs, newLying))
	f, err := flows.New(flows.Named{Name: "it", Layer: &lying{power{graph.NewParam("s", graph.Float64, 2), "s"}}})
	errtest.None(t, err)
	errtest.Says(t, f.SaveTo(&bytes.Buffer{}), "flows_test.lying", "shape [3]")
	_, err = layers.New(layers.Description{Kind: "flows_test.lying", Dim: 3, Config: []byte("{}")}, []*graph.Param{graph.NewParam("s", "", 3)})
	errtest.Says(t, err, "flows_test.lying", "panic", "help")
	_, err = layers.Specs(layers.Description{Kind: "flows_test.power", Dim: 3, Config: []byte(`{"name":""}`)})
	errtest.Says(t, err, "name is empty")
}

// lying declares another parameter than it has, and its constructor panics.
type lying struct{ power }

func lyingSpecs(int, powerConfig) ([]graph.ParamSpec, error) {
	return []graph.ParamSpec{{Name: "s", Shape: []int{3}}}, nil
}

func newLying(int, powerConfig, []*graph.Param) (*lying, error) { panic("help") }
