package layers_test

import (
	"encoding/json"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
)

// FuzzDescription: the description in a file may be damaged or hostile; New returns a layer or an error.
func FuzzDescription(f *testing.F) {
	f.Add("householder", 3, `{"reflectors":2}`)
	f.Add("mixture_cdf", 2, `{"components":4,"mean_range":1e308}`)
	f.Add("mixture_cdf_coupling", 4, `{"mask":[true,false,true,true],"scale_clamp":{"kind":"sigmoid","lo":-1,"hi":1}}`)
	f.Add("affine", 1, `{}`)
	f.Add("autoregressive", 2, `{"transform":{"kind":"affine","config":{}},"order":[1,0],"conditioner":{"kind":"masked_mlp","config":{"hidden":[3]}}}`)
	f.Add("spline", -1, `[`)
	f.Fuzz(func(t *testing.T, kind string, dim int, config string) {
		if dim > 64 || len(config) > 200 {
			t.Skip("only memory would be tested")
		}
		b, err := described(layers.Description{Kind: kind, Dim: dim, Config: json.RawMessage(config)})
		if err == nil && b.Dim() != dim {
			t.Errorf("%s of dim %d: made one of dim %d", kind, dim, b.Dim())
		}
	})
}

// FuzzRoundTrip: a MixtureCDF of any moderate parameters maps x to z and back as precisely as z determines x.
func FuzzRoundTrip(f *testing.F) {
	f.Add(0.0, 0.5, -0.3, 1.0, -1.0, 0.2, -0.7)
	f.Add(30.0, 5.0, -5.0, 2.0, -20.0, 1.0, -2.0)
	f.Add(-100.0, 0.0, 0.0, 3.0, 3.0, -3.0, 3.0)
	f.Fuzz(func(t *testing.T, x, l1, l2, m1, m2, s1, s2 float64) {
		for _, v := range []float64{x / 100, l1, l2, m1 / 10, m2 / 10, s1, s2} {
			if !(math.Abs(v) <= 10) {
				t.Skip("out of the range of this test")
			}
		}
		b := must(layers.NewMixtureCDF(1, layers.MixtureCDFConfig{Components: 2}))
		for i, v := range [][]float64{{l1, l2}, {m1, m2}, {s1 / 3, s2 / 3}} {
			if err := b.Params()[i].Set(v); err != nil {
				t.Fatal(err)
			}
		}
		run := func(x float64, build func(b *graph.Builder, x, context *G.Node) (*G.Node, *G.Node)) (y, logDet float64) {
			out, err := graph.NewRowFunc(graph.Float64, 1, func(g *graph.Builder, x *G.Node) []*G.Node {
				y, l := build(g, x, nil)
				return []*G.Node{y, l}
			}).Run(mat.NewDense(1, 1, []float64{x}))
			if err != nil {
				t.Fatal(err)
			}
			return out[0][0], out[1][0]
		}
		z, logDet := run(x, b.Forward)
		back, _ := run(z, b.Inverse)
		again, _ := run(back, b.Forward)
		if math.IsNaN(z) || math.IsInf(z, 0) {
			t.Fatalf("z(%v) = %v", x, z)
		}
		// by how much x changes with one ulp of z; where the slope underflows, the comparison is of z
		tol := 1e-13*math.Max(1, math.Abs(x)) + 1e-14*math.Max(1, math.Abs(z))*math.Exp(-logDet)
		if math.Abs(back-x) > tol && math.Abs(again-z) > 1e-12*math.Max(1, math.Abs(z)) {
			t.Errorf("x = %v → z = %v → x = %v → z = %v", x, z, back, again)
		}
	})
}
