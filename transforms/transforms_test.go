package transforms_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
	"gaussflow/transforms"
)

// all are the transforms that the tests run on: a new one is one line.
var all = map[string]transforms.Transform{
	"affine":               transforms.Affine{},
	"gaussian mixture cdf": transforms.GaussianMixtureCDF{Components: 3},
	"empirical":            transforms.Empirical{},
	"logistic mixture cdf": transforms.LogisticMixtureCDF{Components: 3},
	"spline":               transforms.RationalQuadraticSpline{},
	"spline of two bins":   transforms.RationalQuadraticSpline{Bins: 2, Bound: 5},
	"sinh-arcsinh":         transforms.SinhArcsinh{},
}

// run maps the columns of x by theta, the same for all rows, part by part.
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

// line are n numbers from lo to hi as one column.
func line(n int, lo, hi float64) *mat.Dense {
	x := mat.NewDense(n, 1, nil)
	for i := range n {
		x.Set(i, 0, lo+(hi-lo)*float64(i)/float64(n-1))
	}
	return x
}

// TestZeroIsTheIdentity: at parameters of zero every transform is, both ways.
func TestZeroIsTheIdentity(t *testing.T) {
	x := line(101, -8, 8)
	for name, tr := range all {
		for _, inverse := range []bool{false, true} {
			y, l := run(t, tr, x, nil, inverse)
			for i := range y {
				if !(math.Abs(y[i]-x.At(i, 0)) <= 1e-12) || !(math.Abs(l[i]) <= 1e-12) {
					t.Fatalf("%s: %v is mapped to %v, log slope %v (inverse: %v)", name, x.At(i, 0), y[i], l[i], inverse)
				}
			}
		}
	}
}

// TestIncreasing: at any parameters a transform increases, and its slope is the difference of its values.
func TestIncreasing(t *testing.T) {
	const h = 1e-5
	for name, tr := range all {
		theta := make([][]float64, len(tr.Parts()))
		for i, p := range tr.Parts() {
			for k := range p.Size {
				theta[i] = append(theta[i], 0.7*math.Sin(float64(3*i+5*k+1)))
			}
		}
		x := line(200, -6, 6) // not the bound of a spline, where its slope has a kink
		y, l := run(t, tr, x, theta, false)
		up, _ := run(t, tr, line(200, -6+h, 6+h), theta, false)
		down, _ := run(t, tr, line(200, -6-h, 6-h), theta, false)
		for i := range y {
			if i > 0 && !(y[i] > y[i-1]) {
				t.Fatalf("%s does not increase at %v", name, x.At(i, 0))
			}
			if slope := (up[i] - down[i]) / (2 * h); !(math.Abs(math.Exp(l[i])-slope) <= 1e-6*max(1, slope)) {
				t.Fatalf("%s: slope at %v = %v, difference %v", name, x.At(i, 0), math.Exp(l[i]), slope)
			}
		}
	}
}

// TestDescribed: what JSON says of a transform makes the same one.
func TestDescribed(t *testing.T) {
	for name, tr := range all {
		d, err := transforms.Describe(tr)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := transforms.New(d); err != nil || again != tr {
			t.Errorf("%s: after JSON %+v, %v, want %+v", name, again, err, tr)
		}
	}
}

// TestFits: what a transform is fitted to comes out with mean 0 and scale 1.
func TestFits(t *testing.T) {
	x := line(400, 3, 9)
	for name, tr := range all {
		f, ok := tr.(transforms.Fitter)
		if !ok {
			continue
		}
		theta, err := f.Fit(mat.Col(nil, 0, x), 0, initializers.Site{}, graph.Float64)
		if err != nil {
			t.Fatal(err)
		}
		z, _ := run(t, tr, x, theta, false)
		if mean, std := rows.MeanStd(z); !(math.Abs(mean) <= 0.05) || !(math.Abs(std-1) <= 0.05) {
			t.Errorf("%s: fitted to a column it puts out mean %.3f, scale %.3f", name, mean, std)
		}
	}
}

// TestWidthOfNothing: a transform that is nil has no parameters.
func TestWidthOfNothing(t *testing.T) {
	for _, none := range []transforms.Transform{nil, (*transforms.Affine)(nil)} {
		if n := transforms.Width(none); n != 0 {
			t.Errorf("%T has %d parameters, want 0", none, n)
		}
	}
}

// TestBadSplines: what no spline can be is an error in the words of the setting, from Go and from a file.
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

// TestIdentityToTheBit: parameters of zero leave a spline's knots where they are and its slopes at 1, so z is x but for its last digit,
// and x itself in the tails.
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
