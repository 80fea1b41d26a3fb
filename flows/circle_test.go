package flows_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// circle is the uniform density of d angles.
type circle struct{ d int }

func (c circle) Dim() int               { return c.d }
func (c circle) Params() []*graph.Param { return nil }

func (c circle) LogProb(b *graph.Builder, z, _ *G.Node) *G.Node {
	return b.Shift(b.Zeros(graph.Rows(z)), -float64(c.d)*math.Log(2*math.Pi))
}

func (c circle) Sample(n int, _ mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	z := mat.NewDense(n, c.d, nil)
	z.Apply(func(_, _ int, _ float64) float64 { return math.Pi * (2*rng.Float64() - 1) }, z)
	return z, nil
}

// vonMises is a mixture of von Mises densities exp(κ cos(x − μ))/(2π I₀(κ)).
type vonMises []struct{ weight, mu, kappa float64 }

func (v vonMises) density(x float64) (p float64) {
	for _, c := range v {
		bessel, term := 1.0, 1.0 // I₀(κ) = Σ (κ/2)^2n/n!²
		for n := 1.0; n < 200; n++ {
			term *= c.kappa * c.kappa / (4 * n * n)
			bessel += term
		}
		p += c.weight * math.Exp(c.kappa*math.Cos(x-c.mu)) / (2 * math.Pi * bessel)
	}
	return p
}

// draw draws n angles by rejection; most is an upper bound of the density.
func (v vonMises) draw(n int, most float64, rng *rand.Rand) *mat.Dense {
	x := mat.NewDense(n, 1, nil)
	for i := 0; i < n; {
		at := math.Pi * (2*rng.Float64() - 1)
		if rng.Float64()*most < v.density(at) {
			x.Set(i, 0, at)
			i++
		}
	}
	return x
}

func circularFlow(t *testing.T, s transforms.CircularSpline, layersOf int) *flows.Flow {
	var named []flows.Named
	for i := range layersOf {
		layer, err := layers.NewElementwise(1, layers.ElementwiseConfig{Transform: s})
		errtest.None(t, err)
		named = append(named, flows.Named{Name: string(rune('a' + i)), Layer: layer})
	}
	f, err := flows.NewWithBase(circle{1}, named...)
	errtest.None(t, err)
	return f
}

// TestVonMises: a flow of circular splines finds mixtures of von Mises densities, one peak of them across ±π, to 0.01 nats, and is
// periodic.
func TestVonMises(t *testing.T) {
	for name, c := range map[string]struct {
		truth  vonMises
		spline transforms.CircularSpline
		layers int
	}{
		"two":   {vonMises{{0.7, 1, 4}, {0.3, -2, 8}}, transforms.CircularSpline{Bins: 12}, 1},
		"three": {vonMises{{0.5, 3.1, 6}, {0.3, 0, 2}, {0.2, -1.5, 20}}, transforms.CircularSpline{Bins: 8, Rotates: true}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			x := c.truth.draw(testsize.Of(t, 20000, 2000), 1, rng)
			f := circularFlow(t, c.spline, c.layers)
			fit(t, f, x, train.Config{Optimizer: train.Adam{LearningRate: 0.02}}, 12)
			held := c.truth.draw(20000, 1, rng)
			short := 0.0
			for i, l := range logProb(t, f, held) {
				short += (math.Log(c.truth.density(held.At(i, 0))) - l) / 20000
			}
			if t.Logf("%.4f nats short of the truth", short); !(short <= testsize.Of(t, 0.01, 0.1)) {
				t.Errorf("held-out log p is %.4f nats short of the truth, want 0.01", short)
			}
			for turns := -2; turns <= 2; turns++ {
				moved := mat.NewDense(2001, 1, nil)
				for i := range 2001 {
					moved.Set(i, 0, math.Pi*float64(i-1000)/1000)
				}
				at := logProb(t, f, moved)
				moved.Apply(func(_, _ int, v float64) float64 { return v + 2*math.Pi*float64(turns) }, moved)
				if d := maxDifference(logProb(t, f, moved), at); !(d <= 1e-12) {
					t.Errorf("log p changes by %.2g in %d turns", d, turns)
				}
			}
		})
	}
}
