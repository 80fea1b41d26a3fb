package main

import (
	"fmt"
	"math"
	"time"

	"gaussflow/graph/kernel"
	"gaussflow/layers"
)

// kernels times the numerics on one core, in nanoseconds a component or a value.
func kernels(m *meter, _ *report) (section, error) {
	s := section{Unit: "ns a component, or a value"}
	add := func(name string, count int, run func()) {
		if !m.wanted("kernel", name) {
			return
		}
		results := m.race(name, []contestant{important(clocked("kernel", func(n int) (time.Duration, error) {
			start := time.Now()
			for range n {
				run()
			}
			return time.Since(start), nil
		}))})
		results[0].Value = results[0].Seconds / float64(count) * 1e9
		s.Cases = append(s.Cases, results...)
	}
	for _, shape := range []mixtureShape{{512, 22, 8, true}, {512, 43, 50, false}} {
		mixtures[float32](shape, "float32", add)
		mixtures[float64](shape, "float64", add)
	}
	const n = 4096
	x, out := noise[float64](n, 1), make([]float64, n)
	each := func(f func(float64) float64, x []float64) func() {
		return func() {
			for i, v := range x {
				out[i] = f(v)
			}
		}
	}
	logP := make([]float64, n)
	for i, v := range x {
		logP[i] = -math.Exp(2 * v)
	}
	add("log Φ/float64", n, each(kernel.LogCDF, x))
	add("quantile/float64", n, each(kernel.Quantile, logP))
	s.Notes = []string{"log Φ and the quantile are those of single values; mixtures do theirs inside, in vectors."}
	return s, nil
}

// mixtureShape is n rows of d mixtures of k components, one an element or one a column.
type mixtureShape struct {
	n, d, k int
	perRow  bool
}

func (s mixtureShape) components() int { return s.n * s.d * s.k }

func (s mixtureShape) name(pass, dtype string) string {
	whose := "one mixture a column"
	if s.perRow {
		whose = "one an element"
	}
	return fmt.Sprintf("mixture %s K=%d, %s/%s", pass, s.k, whose, dtype)
}

func mixtures[T kernel.Float](s mixtureShape, dtype string, add func(name string, count int, run func())) {
	var clamp kernel.Clamp
	rows := 1
	if s.perRow {
		clamp, rows = layers.TanhClamp(3), s.n
	}
	b := kernel.NewMixtureBatch[T](s.d, s.k, s.perRow, clamp)
	size := s.n * s.d
	x, theta := noise[T](size, 1), noise[T](rows*3*s.d*s.k, 2)
	for i := range theta {
		theta[i] *= 0.3
	}
	z, logSlope, gx, gtheta := make([]T, size), make([]T, size), make([]T, size), make([]T, len(theta))
	gz, gl := noise[T](size, 3), noise[T](size, 4)
	b.Forward(x, theta, z, logSlope)
	add(s.name("forward", dtype), s.components(), func() { b.Forward(x, theta, z, logSlope) })
	add(s.name("backward", dtype), s.components(), func() { b.Backward(x, theta, z, logSlope, gz, gl, gx, gtheta) })
}
