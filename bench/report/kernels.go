package main

import (
	"fmt"
	"time"

	"gaussflow/graph/kernel"
	"gaussflow/layers"
)

// kernels times the numerical kernels on one core, in nanoseconds for a component or a number.
func kernels(m *meter, _ *report) (section, error) {
	s := section{Unit: "ns a component, or a number"}
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
	for _, shape := range []mixtureShape{{128, 22, 8, true}, {128, 43, 50, false}} {
		mixtures[float32](shape, "float32", add)
		mixtures[float64](shape, "float64", add)
	}
	normals[float32]("float32", add)
	normals[float64]("float64", add)
	if len(s.Cases) > 0 {
		s.Notes = accuracies
	}
	return s, nil
}

// accuracies are the error bounds that the tests of graph/kernel check.
var accuracies = []string{
	"Accuracy that the tests of `graph/kernel` hold: log Φ and the quantile to a relative 1e-13 in float64 and 5e-7 in float32, against tables of 50 digits; " +
		"a mixture's z and log slope to 1e-13 and 3e-6 (of max(1, |z|), of max(1, z²)), its gradients to 1e-11 and 1e-4 of the terms that they sum, against the scalar reference.",
	"log Φ at x from N(0, 1); the quantile at log Φ(x). A component of a mixture counts once each way.",
}

// normals times functions of the standard normal over a vector.
func normals[T kernel.Float](dtype string, add func(name string, count int, run func())) {
	const n = 4096
	x, y := noise[T](n, 1), make([]T, n)
	logP := make([]T, n)
	kernel.LogCDFs(logP, x)
	add("log Φ/"+dtype, n, func() { kernel.LogCDFs(y, x) })
	add("quantile/"+dtype, n, func() { kernel.Quantiles(y, logP) })
}

// mixtureShape is n rows of d mixtures with k components, one for each element or one for each column.
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
	kept := theta
	if s.perRow {
		kept = make([]T, len(theta))
	}
	b.Forward(x, theta, z, logSlope, kept)
	add(s.name("forward", dtype), s.components(), func() { b.Forward(x, theta, z, logSlope, kept) })
	add(s.name("backward", dtype), s.components(), func() { b.Backward(x, kept, z, logSlope, gz, gl, gx, gtheta) })
}
