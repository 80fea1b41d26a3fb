package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestEMEqualsDefinition checks every implementation that this processor can run against the sums as they are defined,
// for cell counts and component counts around the vector widths, with cells in the far tails, ties and variances.
func TestEMEqualsDefinition(t *testing.T) {
	for _, s := range sets {
		for _, n := range []int{1, 2, 7, 8, 9, 31, 32, 33, 100} {
			for _, k := range []int{1, 2, 8, 9, 50} {
				t.Run(fmt.Sprintf("%s/n=%d/K=%d", s.name, n, k), func(t *testing.T) { checkEM(t, s.em, n, k) })
			}
		}
	}
}

func checkEM(t *testing.T, kernel emKernel, n, k int) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(k)))
	c := NewCells(n)
	far := []float64{0, 40, -40, 1e6, -1e12}
	for i := range n {
		c.Mean[i], c.Count[i] = 2*rng.NormFloat64(), float64(1+rng.IntN(5))
		if i%5 == 3 {
			c.Mean[i] = far[i/5%len(far)]
		}
		if i%2 == 1 {
			c.Variance[i] = rng.ExpFloat64() / 10
		}
	}
	w, mu, sigma := make([]float64, k), make([]float64, k), make([]float64, k)
	normals := make([]Normal, k)
	for j := range k {
		w[j], mu[j], sigma[j] = rng.Float64()/float64(k), 2*rng.NormFloat64(), math.Exp(rng.NormFloat64()-1)
		normals[j] = Normal{math.Log(w[j] / sigma[j]), mu[j], 0.5 / (sigma[j] * sigma[j])}
	}
	e := newEM(k, kernel)
	got := e.Expect(c, normals)

	want, size := 0.0, 0.0
	sums, sizes := make([]Moments, k), make([]Moments, k)
	logs := make([]float64, k)
	for i := range n {
		for j := range k {
			d := (c.Mean[i] - mu[j]) / sigma[j]
			logs[j] = math.Log(w[j]) - math.Log(sigma[j]) - 0.5*(d*d+c.Variance[i]/(sigma[j]*sigma[j]))
		}
		density := LogSumExp(logs)
		want += c.Count[i] * density
		size += c.Count[i] * math.Abs(density)
		if l := e.LogDensity[i]; !near(l, density, 1e-13, 1+math.Abs(density)) {
			t.Fatalf("cell %d at %v: log density %v, want %v", i, c.Mean[i], l, density)
		}
		for j := range k {
			r, d := c.Count[i]*math.Exp(logs[j]-density), c.Mean[i]-mu[j]
			// a responsibility loses digits as its exponent grows, and negligible ones are dropped
			rough := c.Count[i]*1e-4 + r*(1+math.Abs(density)+math.Abs(logs[j]))
			sums[j] = Moments{sums[j].Mass + r, sums[j].First + r*d, sums[j].Second + r*(d*d+c.Variance[i])}
			sizes[j] = Moments{sizes[j].Mass + rough, sizes[j].First + rough*math.Abs(d), sizes[j].Second + rough*(d*d+c.Variance[i])}
		}
	}
	if !near(got, want, 1e-13, size) {
		t.Errorf("log-likelihood %v, want %v", got, want)
	}
	for j, m := range e.Moments {
		if !near(m.Mass, sums[j].Mass, 1e-13, 1e-100+sizes[j].Mass) ||
			!near(m.First, sums[j].First, 1e-13, 1e-100+sizes[j].First) ||
			!near(m.Second, sums[j].Second, 1e-13, 1e-100+sizes[j].Second) {
			t.Errorf("component %d: %+v, want %+v", j, m, sums[j])
		}
	}
}

// BenchmarkEM reports nanoseconds per component and cell.
func BenchmarkEM(b *testing.B) {
	for _, k := range []int{8, 50} {
		for _, s := range sets {
			for _, n := range []int{256, 5000} {
				b.Run(fmt.Sprintf("%s/K=%d/n=%d", s.name, k, n), func(b *testing.B) { benchmarkEM(b, s.em, n, k) })
			}
		}
	}
}

func benchmarkEM(b *testing.B, kernel emKernel, n, k int) {
	c, normals := NewCells(n), make([]Normal, k)
	for i := range n {
		c.Mean[i], c.Count[i] = 6*float64(i)/float64(n)-3, 1
	}
	for j := range normals {
		normals[j] = Normal{0, 6*float64(j)/float64(k) - 3, float64(k)}
	}
	e := newEM(k, kernel)
	for b.Loop() {
		e.Expect(c, normals)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n*k), "ns/component")
}
