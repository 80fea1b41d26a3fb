package layers_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
	"gaussflow/transforms"
)

func must[B layers.Bijector](b B, err error) layers.Bijector {
	if err != nil {
		panic(err)
	}
	return b
}

func coupling(dim int, c layers.MixtureCDFCouplingConfig) func() layers.Bijector {
	c.Components = 3
	if c.MLP.Hidden == nil {
		c.MLP.Hidden = []int{5, 4}
	}
	return func() layers.Bijector { return must(layers.NewMixtureCDFCoupling(dim, c)) }
}

func autoregressive(dim int, c layers.AutoregressiveConfig) func() layers.Bijector {
	return func() layers.Bijector { return must(layers.NewAutoregressive(dim, c)) }
}

// bijectors are the layers that the conformance suite runs on; a new layer is one more line here.
var bijectors = map[string]func() layers.Bijector{
	"householder": func() layers.Bijector { return must(layers.NewHouseholder(4, layers.HouseholderConfig{Seed: 1})) },
	"householder of few reflectors": func() layers.Bijector {
		return must(layers.NewHouseholder(5, layers.HouseholderConfig{Reflectors: 2, Seed: 2}))
	},
	"fixed ortho haar": func() layers.Bijector { return must(layers.NewFixedOrtho(4, layers.FixedOrthoConfig{Seed: 3})) },
	"fixed ortho pca": func() layers.Bijector {
		return must(layers.NewFixedOrthoPCA(layertest.Normal(50, 3, 1, 9), layers.FixedOrthoConfig{}))
	},
	"affine": func() layers.Bijector { return must(layers.NewAffine(3, layers.AffineConfig{})) },
	"standardize": func() layers.Bijector {
		return must(layers.NewStandardize(layertest.Normal(50, 3, 4, 9), layers.AffineConfig{}))
	},
	"mixture cdf": func() layers.Bijector {
		return must(layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 4, Seed: 4}))
	},
	"mixture cdf of one component": func() layers.Bijector {
		return must(layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: 1, Seed: 4}))
	},
	"coupling, linear":        coupling(4, layers.MixtureCDFCouplingConfig{MLP: layers.MLPConfig{Hidden: []int{}}}),
	"coupling":                coupling(4, layers.MixtureCDFCouplingConfig{}),
	"coupling, other half":    coupling(5, layers.MixtureCDFCouplingConfig{Mask: layers.HalfMask(5).Not()}),
	"coupling, alternating":   coupling(3, layers.MixtureCDFCouplingConfig{Mask: layers.AlternatingMask(3)}),
	"coupling, sigmoid clamp": coupling(4, layers.MixtureCDFCouplingConfig{ScaleClamp: layers.SigmoidClamp(-2, 2)}),
	"coupling, context":       coupling(4, layers.MixtureCDFCouplingConfig{Context: 2}),
	"coupling, shared":        coupling(5, layers.MixtureCDFCouplingConfig{Shared: true}),
	"coupling, tanh":          coupling(4, layers.MixtureCDFCouplingConfig{MLP: layers.MLPConfig{Activation: graph.Tanh}}),
	"coupling, silu":          coupling(4, layers.MixtureCDFCouplingConfig{MLP: layers.MLPConfig{Activation: graph.Silu}}),
	"coupling, a conditioner of the user's own": func() layers.Bijector {
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: mixtureOf(3), Conditioner: given(waves{graph.NewParam("w", graph.Float64, 2, 18)})}))
	},
	"chain": func() layers.Bijector {
		return must(layers.NewChain(
			must(layers.NewAffine(3, layers.AffineConfig{})),
			must(layers.NewHouseholder(3, layers.HouseholderConfig{Seed: 5})),
			must(layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 2, Seed: 6})),
			coupling(3, layers.MixtureCDFCouplingConfig{})(),
		))
	},
	"chain, context": func() layers.Bijector {
		return must(layers.NewChain(
			coupling(3, layers.MixtureCDFCouplingConfig{Context: 1})(),
			must(layers.NewHouseholder(3, layers.HouseholderConfig{Seed: 5})),
			coupling(3, layers.MixtureCDFCouplingConfig{Mask: layers.HalfMask(3).Not(), Context: 1, Shared: true})(),
		))
	},
	"coupling by a transform": func() layers.Bijector {
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: mixtureOf(3), Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}}.New}))
	},
	"coupling by a transform, shared": func() layers.Bijector {
		return must(layers.NewCoupling(5, layers.CouplingConfig{Transform: mixtureOf(2), Shared: true, Conditioner: layers.MLPConfig{Hidden: []int{5}}.New}))
	},
	"elementwise": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: mixtureOf(2)}))
	},
	"elementwise, context": func() layers.Bijector {
		return must(layers.NewElementwise(2, layers.ElementwiseConfig{Transform: mixtureOf(2), Context: 3, Conditioner: layers.MLPConfig{Hidden: []int{5}}.New}))
	},
	"coupling, affine": func() layers.Bijector {
		return must(layers.NewCoupling(5, layers.CouplingConfig{Transform: transforms.Affine{}, Mask: layers.AlternatingMask(5), Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.New}))
	},
	"elementwise, affine": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.Affine{}}))
	},
	"coupling, sinh-arcsinh": func() layers.Bijector {
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: transforms.SinhArcsinh{}, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.New}))
	},
	"coupling, yeo-johnson": func() layers.Bijector {
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: transforms.YeoJohnson{}, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.New}))
	},
	"elementwise, empirical": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.Empirical{Bins: 4, Bound: 2}}))
	},
	"coupling, empirical": func() layers.Bijector {
		t := transforms.Empirical{Bins: 3, Bound: 2}
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: t, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.New}))
	},
	"elementwise, logistic mixture": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.LogisticMixtureCDF{Components: 3}}))
	},
	"coupling, logistic mixture": func() layers.Bijector {
		t := transforms.LogisticMixtureCDF{Components: 3, Clamp: layers.SigmoidClamp(-2, 2)}
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: t, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}}.New}))
	},
	"elementwise, spline": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.RationalQuadraticSpline{Bins: 5}}))
	},
	"elementwise, interval spline": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.IntervalSpline{Bins: 5, Lo: -50, Hi: 60}}))
	},
	"elementwise, circular spline": func() layers.Bijector {
		return must(layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.CircularSpline{Bins: 5, Period: 120}}))
	},
	"coupling, circular spline": func() layers.Bijector {
		t := transforms.CircularSpline{Bins: 3, Period: 120, Rotates: true}
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: t, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.New}))
	},
	"elementwise, spline, context": func() layers.Bijector {
		return must(layers.NewElementwise(2, layers.ElementwiseConfig{Transform: transforms.RationalQuadraticSpline{Bins: 2}, Context: 3, Conditioner: layers.MLPConfig{Hidden: []int{5}}.New}))
	},
	"coupling, spline": func() layers.Bijector {
		return must(layers.NewCoupling(4, layers.CouplingConfig{Transform: transforms.RationalQuadraticSpline{Bins: 4}, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}}.New}))
	},
	"coupling, spline, shared": func() layers.Bijector {
		return must(layers.NewCoupling(5, layers.CouplingConfig{Transform: transforms.RationalQuadraticSpline{Bins: 3, Bound: 4}, Shared: true, Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.New}))
	},
	"autoregressive, affine":         autoregressive(4, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Conditioner: layers.MLPConfig{Hidden: []int{6}, Activation: graph.Tanh}.Masked}),
	"autoregressive, affine, linear": autoregressive(3, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Conditioner: layers.MLPConfig{Hidden: []int{}}.Masked}),
	"autoregressive, spline, an order, context": autoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.RationalQuadraticSpline{Bins: 3}, Order: []int{1, 2, 0}, Context: 2, Conditioner: layers.MLPConfig{Hidden: []int{5, 4}}.Masked}),
	"autoregressive, mixture, residual": autoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.GaussianMixtureCDF{Components: 2, Clamp: layers.TanhClamp(1)}, Order: layers.Reversed(3), Conditioner: layers.MLPConfig{Hidden: []int{4, 4, 4}, Activation: graph.Tanh, Residual: true}.Masked}),
	"autoregressive, affine, fast sampling": autoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.Affine{}, FastSampling: true, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh}.Masked}),
	"autoregressive, mixture, fast sampling": autoregressive(3, layers.AutoregressiveConfig{
		Transform: mixtureOf(2), Order: []int{2, 0, 1}, FastSampling: true, Conditioner: layers.MLPConfig{Hidden: []int{4}}.Masked}),
	"autoregressive of one column": autoregressive(1, layers.AutoregressiveConfig{
		Transform: transforms.SinhArcsinh{}, Context: 2, Conditioner: layers.MLPConfig{Hidden: []int{4}, Activation: graph.Tanh}.Masked}),
	"autoregressive, a conditioner of the user's own": autoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.Affine{}, Order: []int{2, 0, 1}, Conditioner: newPrevious}),
	"coupling, residual": coupling(4, layers.MixtureCDFCouplingConfig{MLP: layers.MLPConfig{Hidden: []int{5, 5, 5}, Residual: true, Activation: graph.Silu}}),
	"chain in a chain": func() layers.Bijector {
		affine := must(layers.NewAffine(3, layers.AffineConfig{}))
		inner := must(layers.NewChain(affine, coupling(3, layers.MixtureCDFCouplingConfig{})()))
		return must(layers.NewChain(inner, must(layers.NewHouseholder(3, layers.HouseholderConfig{Seed: 5})), affine))
	},
	"act norm":    func() layers.Bijector { return must(layers.NewActNorm(3, layers.AffineConfig{})) },
	"lu":          func() layers.Bijector { return must(layers.NewLU(4, layers.LUConfig{})) },
	"lu of one":   func() layers.Bijector { return must(layers.NewLU(1, layers.LUConfig{Negative: []bool{true}})) },
	"lu of haar":  func() layers.Bijector { return must(layers.NewLUFrom(initializers.Haar(5, 3), "")) },
	"permutation": func() layers.Bijector { return must(layers.NewPermutation(layers.Shuffled(5, 1))) },
	"support": func() layers.Bijector { // intervals that contain all rows of the suite
		return must(layers.NewSupport(layers.Logit(-50, 60), layers.Log(-50), layers.Everywhere(), layers.LogBelow(55), layers.SoftplusInverse(-45), layers.YeoJohnson(0.6), layers.Atanh(-45, 70)))
	},
	"inverted support": func() layers.Bijector {
		return must(layers.Invert(must(layers.NewSupport(layers.YeoJohnson(1.4), layers.Everywhere(), layers.YeoJohnson(0)))))
	},
	"inverted coupling": func() layers.Bijector {
		return must(layers.Invert(coupling(4, layers.MixtureCDFCouplingConfig{Context: 2})()))
	},
	"inverted chain": func() layers.Bijector {
		affine := must(layers.NewAffine(3, layers.AffineConfig{}))
		inner := must(layers.NewChain(affine, must(layers.NewLU(3, layers.LUConfig{Order: []int{1, 2, 0}}))))
		return must(layers.NewChain(affine, must(layers.Invert(inner))))
	},
	"a bijector of the user's own": func() layers.Bijector {
		return shifts{graph.NewParam("a", graph.Float64, 3), graph.NewParam("b", graph.Float64, 3)}
	},
	"coupling, gelu, he kernel": coupling(4, layers.MixtureCDFCouplingConfig{MLP: layers.MLPConfig{Activation: graph.Gelu, Kernel: initializers.HeNormal}}),
}

// previous is a user's own autoregressive conditioner for transforms of two parameters: the first is the column before times
// a, the second is b.
type previous struct {
	of   layers.Autoregression
	a, b *graph.Param // one row for each place of the order
}

func (p previous) Config() struct{}       { return struct{}{} }
func (p previous) Params() []*graph.Param { return []*graph.Param{p.a, p.b} }

func (p previous) Apply(b *graph.Builder, x *G.Node) *G.Node {
	d := len(p.of.Order)
	shift, scale := make([]*G.Node, d), make([]*G.Node, d)
	for place, j := range p.of.Order {
		before := b.Scale(b.Columns(x, j, 1), 0)
		if place > 0 {
			before = b.Columns(x, p.of.Order[place-1], 1)
		}
		shift[j] = b.Mul(before, b.Slab(b.Param(p.a), place, 1))
		scale[j] = b.Add(b.Scale(before, 0), b.Slab(b.Param(p.b), place, 1))
	}
	theta := shift[0]
	for _, column := range append(shift[1:], scale...) {
		theta = b.Beside(theta, column)
	}
	return theta
}

func previousSpecs(a layers.Autoregression, _ struct{}) ([]graph.ParamSpec, error) {
	return []graph.ParamSpec{{Name: "a", Shape: []int{len(a.Order)}}, {Name: "b", Shape: []int{len(a.Order)}}}, a.Validate()
}

func makePrevious(a layers.Autoregression, _ struct{}, params []*graph.Param) (previous, error) {
	return previous{a, params[0], params[1]}, nil
}

func newPrevious(a layers.Autoregression) (layers.Conditioner, error) {
	specs, err := previousSpecs(a, struct{}{})
	if err != nil {
		return nil, err
	}
	params, err := graph.NewParams(graph.Float64, specs)
	if err != nil {
		return nil, err
	}
	return makePrevious(a, struct{}{}, params)
}

func init() {
	if err := layers.RegisterAutoregressiveConditioner("test.previous", previousSpecs, makePrevious); err != nil {
		panic(err)
	}
}

// waves is a user's own conditioner that uses one of Gorgonia's functions: θ(x_a) = sin(x_a)·w.
type waves struct{ w *graph.Param }

func (c waves) Params() []*graph.Param { return []*graph.Param{c.w} }

func (c waves) Apply(b *graph.Builder, xa *G.Node) *G.Node {
	return b.MatMul(b.Lift(G.Sin(xa)), b.Param(c.w))
}

// shifts is a user's own bijector, z = x + a + b. Its two parameters have the same gradient, for which Gorgonia makes a single node.
type shifts struct{ a, b *graph.Param }

func (s shifts) Dim() int               { return s.a.Size() }
func (s shifts) Params() []*graph.Param { return []*graph.Param{s.a, s.b} }

func (s shifts) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	return b.Add(b.Add(x, b.Param(s.a)), b.Param(s.b)), b.Zeros(graph.Rows(x))
}

func (s shifts) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	return b.Sub(b.Sub(z, b.Param(s.b)), b.Param(s.a)), b.Zeros(graph.Rows(z))
}

func TestConformance(t *testing.T) {
	for name, make := range bijectors {
		t.Run(name, func(t *testing.T) { layertest.Run(t, make, layertest.Options{}) })
	}
}
