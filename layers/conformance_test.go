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

// bijectors is every layer that the conformance suite runs on: a new one is one line.
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
	"chain in a chain": func() layers.Bijector {
		affine := must(layers.NewAffine(3, layers.AffineConfig{}))
		inner := must(layers.NewChain(affine, coupling(3, layers.MixtureCDFCouplingConfig{})()))
		return must(layers.NewChain(inner, must(layers.NewHouseholder(3, layers.HouseholderConfig{Seed: 5})), affine))
	},
	"a bijector of the user's own": func() layers.Bijector {
		return shifts{graph.NewParam("a", graph.Float64, 3), graph.NewParam("b", graph.Float64, 3)}
	},
	"coupling, gelu, he kernel": coupling(4, layers.MixtureCDFCouplingConfig{MLP: layers.MLPConfig{Activation: graph.Gelu, Kernel: initializers.HeNormal}}),
}

// waves is a conditioner of a user's own, with one of Gorgonia's stock functions: θ(x_a) = sin(x_a)·w.
type waves struct{ w *graph.Param }

func (c waves) Params() []*graph.Param { return []*graph.Param{c.w} }

func (c waves) Apply(b *graph.Builder, xa *G.Node) *G.Node {
	return b.MatMul(b.Lift(G.Sin(xa)), b.Param(c.w))
}

// shifts is a bijector of a user's own, z = x + a + b, whose parameters have one gradient: Gorgonia makes one node of it.
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
