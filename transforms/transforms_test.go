package transforms_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/layers/layertest"
	"gaussflow/transforms"
)

// all are the transforms that the suite runs on, with its options; a new transform is one more line here.
var all = map[string]struct {
	transform transforms.Transform
	options   layertest.TransformOptions
}{
	"affine":                   {transforms.Affine{}, layertest.TransformOptions{}},
	"affine, bounded":          {transforms.Affine{Bound: 2}, layertest.TransformOptions{}},
	"affine, shift last":       {transforms.Affine{Bound: 2, ShiftLast: true}, layertest.TransformOptions{}},
	"circular spline":          {transforms.CircularSpline{}, layertest.TransformOptions{Lo: -3.1, Hi: 3.1, Tails: []float64{}, Period: 2 * math.Pi}},
	"circular spline, rotates": {transforms.CircularSpline{Bins: 3, Period: 12, Rotates: true}, layertest.TransformOptions{Lo: -5, Hi: 5, Period: 12}},
	"empirical":                {transforms.Empirical{}, layertest.TransformOptions{}},
	"empirical of few bins":    {transforms.Empirical{Bins: 6, Bound: 2.5}, layertest.TransformOptions{}},
	"gaussian mixture cdf":     {transforms.GaussianMixtureCDF{Components: 3}, layertest.TransformOptions{}},
	"interval spline":          {transforms.IntervalSpline{Lo: -2, Hi: 3}, layertest.TransformOptions{Lo: -1.999, Hi: 2.999, Tails: []float64{}}},
	"logistic mixture cdf":     {transforms.LogisticMixtureCDF{Components: 3}, layertest.TransformOptions{}},
	"spline":                   {transforms.RationalQuadraticSpline{}, layertest.TransformOptions{}},
	"spline of two bins":       {transforms.RationalQuadraticSpline{Bins: 2, Bound: 5}, layertest.TransformOptions{}},
	"yeo-johnson":              {transforms.YeoJohnson{}, layertest.TransformOptions{}},
	"sinh-arcsinh":             {transforms.SinhArcsinh{}, layertest.TransformOptions{}},
}

// TestConformance runs the conformance suite on every transform.
func TestConformance(t *testing.T) {
	for name, c := range all {
		t.Run(name, func(t *testing.T) { layertest.RunTransform(t, c.transform, c.options) })
	}
}

// run maps the columns of x by theta, which is the same for all rows and has one slice for each part of the transform.
func run(t *testing.T, tr transforms.Transform, x *mat.Dense, theta [][]float64, inverse bool) (y, logSlope []float64) {
	t.Helper()
	_, d := x.Dims()
	out, err := graph.NewRowFunc(graph.Float64, d, func(b *graph.Builder, x *G.Node) []*G.Node {
		var nodes []*G.Node
		for i, p := range tr.Parts() {
			param := graph.NewParam(p.Name, graph.Float64, d, p.Size)
			if theta != nil {
				b.Fail(param.Set(theta[i]))
			}
			nodes = append(nodes, b.Param(param))
		}
		f := tr.Forward
		if inverse {
			f = tr.Inverse
		}
		y, l := f(b, x, transforms.ThetaOfAll(tr.Parts(), d, nodes...))
		return []*G.Node{y, l}
	}).Run(x)
	if err != nil {
		t.Fatal(err)
	}
	return out[0], out[1]
}

// line returns n numbers from lo to hi as one column.
func line(n int, lo, hi float64) *mat.Dense {
	x := mat.NewDense(n, 1, nil)
	for i := range n {
		x.Set(i, 0, lo+(hi-lo)*float64(i)/float64(n-1))
	}
	return x
}

// TestWidthOfNothing: a transform that is nil has no parameters.
func TestWidthOfNothing(t *testing.T) {
	for _, none := range []transforms.Transform{nil, (*transforms.Affine)(nil)} {
		if n := transforms.Width(none); n != 0 {
			t.Errorf("%T has %d parameters, want 0", none, n)
		}
	}
}

// TestBadSplines: impossible settings of a spline are an error that names the setting, whether they come from Go or from a file.
func TestBadSplines(t *testing.T) {
	for want, s := range map[string]transforms.RationalQuadraticSpline{
		"Bins = 1, want 2 to 65536":                                           {Bins: 1},
		"Bins = -8, want 2 to 65536":                                          {Bins: -8},
		"Bound = -3, want 1e-30 to 1e+30":                                     {Bound: -3},
		"Bound = NaN, want 1e-30 to 1e+30":                                    {Bound: math.NaN()},
		"Bound = +Inf, want 1e-30 to 1e+30":                                   {Bound: math.Inf(1)},
		"MinSlope = 1, want at least 1e-06 and less than 1":                   {MinSlope: 1},
		"MinSlope = NaN, want at least 1e-06 and less than 1":                 {MinSlope: math.NaN()},
		"MinWidth = 0.001, want at least 1e-06 and less than 1/Bins = 1/1000": {Bins: 1000},
		"MinWidth = 0.125, want at least 1e-06 and less than 1/Bins = 1/8":    {MinWidth: 0.125},
		"MinHeight = -0.1, want at least 1e-06 and less than 1/Bins = 1/8":    {MinHeight: -0.1},
	} {
		if err := transforms.Validate(s); err == nil || err.Error() != "transforms: RationalQuadraticSpline: "+want {
			t.Errorf("%+v: got %v, want %s", s, err, want)
		}
	}
	for _, config := range []string{`{"bins": 1}`, `{"bound": -1}`, `{"min_width": 1}`, `{"knots": 4}`, `{"bins": 1e9}`} {
		if _, err := transforms.New(transforms.Description{Kind: "rational_quadratic_spline", Config: []byte(config)}); err == nil {
			t.Errorf("%s: no error", config)
		}
	}
}

// TestIdentityToTheBit: with parameters of zero a spline keeps its knots and has slopes of 1, so z equals x up to the last
// digit, and exactly in the tails.
func TestIdentityToTheBit(t *testing.T) {
	s := transforms.RationalQuadraticSpline{Bins: 7, Bound: 2}
	x := line(999, -4, 4)
	z, l := run(t, s, x, nil, false)
	for i := range z {
		if v := x.At(i, 0); !(math.Abs(z[i]-v) <= 5e-16) || !(math.Abs(l[i]) <= 1e-15) || math.Abs(v) >= 2 && (z[i] != v || l[i] != 0) {
			t.Errorf("%v is mapped to %v, log slope %v", v, z[i], l[i])
		}
	}
}

// TestYeoJohnsonIsThePower: a trained λ gives the values that a fixed λ gives; those of a fixed λ are tested against PyTorch
// and SciPy.
func TestYeoJohnsonIsThePower(t *testing.T) {
	x := line(101, -8, 8)
	for _, raw := range []float64{-3, -0.4, 0, 0.2, 2.5} {
		for _, inverse := range []bool{false, true} {
			y, l := run(t, transforms.YeoJohnson{}, x, [][]float64{{raw}}, inverse)
			want, wantL := make([]float64, len(y)), make([]float64, len(y))
			given := kernel.Support{Kind: kernel.SupportYeoJohnson, Lambda: 1 + math.Tanh(raw)}
			kernel.SupportMap([]kernel.Support{given}, inverse, x.RawMatrix().Data, want, wantL)
			for i := range y {
				if !(math.Abs(y[i]-want[i]) <= 1e-12*max(1, math.Abs(want[i]))) || !(math.Abs(l[i]-wantL[i]) <= 1e-12) {
					t.Fatalf("power %v at %v: %v, %v, want %v, %v (inverse: %v)", raw, x.At(i, 0), y[i], l[i], want[i], wantL[i], inverse)
				}
			}
		}
	}
}
