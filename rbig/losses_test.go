package rbig_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/rbig"
)

// TestLosses: a layer that decorrelates a normal pair loses the mutual information of the pair, a layer that maps single
// columns loses nothing, and the layers of a fit to moons lose the 1.25 nats that moons share by quadrature (see
// examples/dependence).
func TestLosses(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n, rho = 4000, 0.8
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		x.SetRow(i, []float64{a, rho*a + math.Sqrt(1-rho*rho)*b})
	}
	scale, err := layers.NewAffine(2, layers.AffineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := scale.Params()[1].Set([]float64{0.3, 0.3}); err != nil {
		t.Fatal(err)
	}
	f, err := rbig.FitRows(x, rbig.Config{Rotation: rbig.PCA, Stop: rbig.Depth, Blocks: 1})
	if err != nil {
		t.Fatal(err)
	}
	flow, err := flows.New(append([]flows.Named{{Name: "first", Layer: scale}}, f.Flow.Layers()...)...)
	if err != nil {
		t.Fatal(err)
	}
	losses, err := rbig.Losses(flow, x)
	if err != nil {
		t.Fatal(err)
	}
	truth := -0.5 * math.Log(1-rho*rho)
	for _, l := range losses {
		switch want := (map[bool]float64{true: truth})[l.Layer == "block0.rotation"]; {
		case want == 0 && (l.Value != 0 || l.SE != 0):
			t.Errorf("layer %s takes %.4f ± %.4f, want nothing", l.Layer, l.Value, l.SE)
		case want > 0 && !(math.Abs(l.Value-want) < 4*l.SE+0.01 && l.SE > 0 && l.SE < 0.05):
			t.Errorf("layer %s takes %.4f ± %.4f, want %.4f", l.Layer, l.Value, l.SE, want)
		}
	}

	fit, _, _ := moons(t, 4000)
	if f, err = rbig.FitRows(fit, rbig.Config{}); err != nil {
		t.Fatal(err)
	}
	if losses, err = rbig.Losses(f.Flow, fit); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, l := range losses {
		sum += l.Value
	}
	if sum < 0.9 || sum > 1.3 {
		t.Errorf("the layers of a fit of moons take %.3f nats, want nearly the 1.25 that moons share", sum)
	}
	if _, err := rbig.Losses(nil, x); err == nil {
		t.Error("a nil flow has losses")
	}
	if _, err := rbig.Losses(flow, mat.NewDense(3, 2, nil)); err == nil {
		t.Error("three rows have losses")
	}
}
