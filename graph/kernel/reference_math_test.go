package kernel_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// TestReferenceMath repeats the cases of the reference implementation's test_math.
func TestReferenceMath(t *testing.T) {
	t.Run("phi_at_known_points", eachNormal(phiAtKnownPoints))
	t.Run("phi_non_decreasing", eachNormal(phiNonDecreasing))
	t.Run("quantile_inverts_phi", eachNormal(quantileInvertsPhi))
	t.Run("log_pdf_formula", eachNormal(logPDFFormula))
}

// normal is an implementation of the standard normal that works element by element.
type normal struct {
	name                   string
	phi, roundTrip, logPDF func(t *testing.T, x []float64) []float64 // Φ(x), Φ⁻¹(Φ(x)), log φ(x)
	share                  float64                                   // the fraction of the reference's tolerances that it must meet
}

// normals are the kernels themselves and the ops of a graph of either storage type.
var normals = []normal{
	{
		name:      "kernel",
		phi:       elementwise(kernel.CDF),
		roundTrip: elementwise(func(x float64) float64 { return kernel.Quantile(kernel.LogCDF(x)) }),
		logPDF:    elementwise(kernel.LogPDF),
		share:     1e-3,
	},
	onGraph(graph.Float64, 1e-3),
	onGraph(graph.Float32, 1),
}

func elementwise(f func(float64) float64) func(*testing.T, []float64) []float64 {
	return func(_ *testing.T, x []float64) []float64 {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = f(v)
		}
		return y
	}
}

func onGraph(dtype graph.Dtype, share float64) normal {
	op := func(build func(b *graph.Builder, x *G.Node) *G.Node) func(*testing.T, []float64) []float64 {
		return func(t *testing.T, x []float64) []float64 {
			t.Helper()
			f := graph.NewRowFunc(dtype, 1, func(b *graph.Builder, x *G.Node) []*G.Node { return []*G.Node{build(b, x)} })
			out, err := f.Run(mat.NewDense(len(x), 1, x))
			if err != nil {
				t.Fatal(err)
			}
			return out[0]
		}
	}
	return normal{
		name: string(dtype),
		phi:  op(func(b *graph.Builder, x *G.Node) *G.Node { return b.Exp(b.LogCDF(x)) }),
		roundTrip: op(func(b *graph.Builder, x *G.Node) *G.Node {
			return b.NormalScore(b.LogCDF(x), b.LogCDF(b.Scale(x, -1)))
		}),
		logPDF: op(func(b *graph.Builder, x *G.Node) *G.Node { return b.LogPDF(x) }),
		share:  share,
	}
}

func eachNormal(check func(t *testing.T, n normal)) func(*testing.T) {
	return func(t *testing.T) {
		for _, n := range normals {
			t.Run(n.name, func(t *testing.T) { check(t, n) })
		}
	}
}

func phiAtKnownPoints(t *testing.T, n normal) {
	x := []float64{-10, -1.959964, 0, 1.959964, 10}
	want := []float64{0, 0.025, 0.5, 0.975, 1}
	for i, got := range n.phi(t, x) {
		within(t, fmt.Sprintf("Φ(%v)", x[i]), got, want[i], 1e-4*n.share)
	}
}

func phiNonDecreasing(t *testing.T, n normal) {
	x := linspace(-5, 5, 257)
	phi := n.phi(t, x)
	for i := 1; i < len(phi); i++ {
		if !(phi[i] >= phi[i-1]) {
			t.Errorf("Φ(%v) = %v, below Φ(%v) = %v", x[i], phi[i], x[i-1], phi[i-1])
		}
	}
}

func quantileInvertsPhi(t *testing.T, n normal) {
	x := linspace(-3, 3, 31)
	for i, got := range n.roundTrip(t, x) {
		within(t, fmt.Sprintf("Φ⁻¹(Φ(%v))", x[i]), got, x[i], 1e-5*n.share)
	}
}

func logPDFFormula(t *testing.T, n normal) {
	x := linspace(-5, 5, 81) // eighths, which float32 holds exactly
	for i, got := range n.logPDF(t, x) {
		within(t, fmt.Sprintf("log φ(%v)", x[i]), got, -0.5*(x[i]*x[i]+math.Log(2*math.Pi)), 1e-6*n.share)
	}
}
