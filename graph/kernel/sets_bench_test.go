package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkSets runs each kernel of each set that this processor has, in both types; the names are like "float32/sums/neon".
// The metric elements/op is the number of elements that one run works on; scripts/count-instructions reads it.
func BenchmarkSets(b *testing.B) {
	for _, s := range sets {
		benchmarkKernels(b, "float64", s.name, &s.f64)
		benchmarkKernels(b, "float32", s.name, &s.f32)
		benchmarkExpect(s.em, func(kernel string, elements int, run func()) { measure(b, "float64", kernel, s.name, elements, run) })
	}
}

func benchmarkKernels[T Float](b *testing.B, dtype, set string, k *kernels[T]) {
	measure := func(kernel string, elements int, run func()) { measure(b, dtype, kernel, set, elements, run) }
	benchmarkMixtureKernels(&k.mixture, measure)
	benchmarkInverseKernels(&k.mixture, measure)
	benchmarkNormalKernels(&k.normal, measure)
	benchmarkVectorKernels(&k.vector, measure)
	benchmarkGemmKernels(k.gemm, measure)
	const n = 64
	x, y := normalNumbers[T](n*n, 0, 1), make([]T, n*n)
	measure("transpose", n*n, func() { transposeBy(k.squares, n, n, x, n, y, n) })
}

func measure(b *testing.B, dtype, kernel, set string, elements int, run func()) {
	b.Run(dtype+"/"+kernel+"/"+set, func(b *testing.B) {
		for b.Loop() {
			run()
		}
		b.ReportMetric(float64(elements), "elements/op")
	})
}

func normalNumbers[T Float](n int, mean, std float64) []T {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	v := Aligned[T](n)
	for i := range v {
		v[i] = T(mean + std*rng.NormFloat64())
	}
	return v
}

func benchmarkMixtureKernels[T Float](ops *mixtureKernels[T], measure func(kernel string, elements int, run func())) {
	const n, k = 128, 8
	groups, stride := n/ops.lanes, k*ops.lanes
	room := func() []T { return Aligned[T](n) }
	components := func() []T { return Aligned[T](n * k) }
	curve, floor := newClampCurve[T](Clamp{ClampTanh, -3, 3}), byType[T, T](1e-200, float32(1e-25))
	logits, raw, x := normalNumbers[T](n*k, 0, 1), normalNumbers[T](n*k, 0, 0.7), normalNumbers[T](n, 0, 1)
	p := &prepared[T]{w: components(), mu: normalNumbers[T](n*k, 0, 1), y: components(), inv: components()}
	s := &sumsOf[T]{lower: room(), upper: room(), dens: room()}
	u := &upstreamOf[T]{room(), room(), room(), room(), room()}
	g := &gradientsOf[T]{components(), components(), components()}
	z, l, gz, gl, gx, totals := room(), room(), normalNumbers[T](n, 0, 1), normalNumbers[T](n, 0, 1), room(), make([]float64, n*k)
	steps := []struct {
		name     string
		elements int
		run      func()
	}{
		{"prepare", n * k, func() { ops.prepare(groups, k, logits, raw, &curve, p, x[:ops.lanes]) }},
		{"sums", n * k, func() { ops.sums(groups, k, 0, x, p, s) }},
		{"sumsEach", n * k, func() { ops.sums(groups, k, stride, x, p, s) }},
		{"score", n, func() { ops.score(groups, &floor, s, z, l) }},
		{"upstream", n, func() { ops.upstream(groups, &floor, z, l, gz, gl, u) }},
	}
	for _, s := range steps { // each kernel reads what the one before it wrote, and may also be measured alone
		s.run()
		measure(s.name, s.elements, s.run)
	}
	measure("slopes", n*k, func() { ops.slopes(groups, k, 0, x, z, u, &curve, p, g, gx) })
	measure("slopesEach", n*k, func() { ops.slopes(groups, k, stride, x, z, u, &curve, p, g, gx) })
	measure("totals", n*k, func() { ops.totals(n*k/ops.lanes, g.logits, totals) })
}

// benchmarkInverseKernels measures the kernels of the inverse: the brackets, the evaluations of near and of far targets, and
// the steps.
func benchmarkInverseKernels[T Float](ops *mixtureKernels[T], measure func(kernel string, elements int, run func())) {
	const n, k = 128, 8
	groups, stride := n/ops.lanes, k*ops.lanes
	room := func() []T { return Aligned[T](n) }
	components := func() []T { return Aligned[T](n * k) }
	curve, floor := newClampCurve[T](Clamp{ClampTanh, -3, 3}), byType[T, T](1e-200, float32(1e-25))
	logits := normalNumbers[T](n*k, 0, 1)
	p := &prepared[T]{w: components(), mu: normalNumbers[T](n*k, 0, 1), y: components(), inv: components(), logits: logits}
	ops.prepare(groups, k, logits, normalNumbers[T](n*k, 0, 0.7), &curve, p, room())
	near := &equations[T]{normalNumbers[T](n, 0, 1), room(), room(), room(), room()}
	far := &equations[T]{normalNumbers[T](n, 12, 1), room(), room(), room(), room()}
	s := &sumsOf[T]{lower: room(), upper: room(), dens: room(), bend: room()}
	x, z, l, open, left := room(), room(), room(), room(), make([]int, groups)
	for i := range open {
		open[i] = -1
	}
	ops.ends(groups, k, stride, p, far, x)
	measure("tails", n*k, func() { ops.tails(groups, k, stride, x, p, far, s, z, l) })
	measure("ends", n*k, func() { ops.ends(groups, k, stride, p, near, x) })
	measure("bends", n*k, func() { ops.bends(groups, k, stride, x, p, s) })
	ops.score(groups, &floor, s, z, l)
	rule, start, bracket := stepRuleAt[T](1), slices.Clone(x), [2][]T{slices.Clone(near.lo), slices.Clone(near.hi)}
	measure("step", n, func() { // each run begins from the same values
		copy(x, start)
		copy(near.lo, bracket[0])
		copy(near.hi, bracket[1])
		copy(near.open, open)
		ops.step(groups, &rule, near, s, x, z, l, left)
	})
}

func benchmarkVectorKernels[T Float](ops *vectorKernels[T], measure func(kernel string, elements int, run func())) {
	const n, rows, columns = 1024, 256, 32
	x, y, out, m, v := normalNumbers[T](n, 0, 1), normalNumbers[T](n, 0, 1), normalNumbers[T](n, 0, 1), make([]T, n), make([]T, n)
	measure("reluSlope", n, func() { ops.reluSlopeOf(out, x, y) })
	measure("accumulate", n, func() { ops.accumulateOf(out, x) })
	table := normalNumbers[T](rows*columns, 0, 1)
	measure("columnSum", rows*columns, func() { ops.columnSumsOf(out[:columns], table) })
	measure("squares", n, func() { ops.squaresOf(x) })
	measure("adam", n, func() { ops.adamOf(0.1, 0.001, 1e-3, 1e-8, out, x, m, v) })
}

func benchmarkNormalKernels[T Float](ops *normalKernels[T], measure func(kernel string, elements int, run func())) {
	const n = 256
	x, y, back := normalNumbers[T](n, 0, 1), make([]T, n), make([]T, n)
	ops.logCDFs(y, x)
	measure("logCDF", n, func() { ops.logCDFs(y, x) })
	measure("quantile", n, func() { ops.quantiles(back, y) })
}

// benchmarkGemmKernels measures the kernels of products; an element is one multiplication and one addition.
func benchmarkGemmKernels[T Float](ops gemmKernels[T], measure func(kernel string, elements int, run func())) {
	const n = 64
	x, y, z := normalNumbers[T](n*n, 0, 1), normalNumbers[T](n*n, 0, 1), make([]T, n*n)
	for _, c := range []struct {
		kernel         string
		transA, transB bool
	}{{"gemm", false, false}, {"gemmTransA", true, false}, {"gemmTransB", false, true}} {
		g := newGemm(c.transA, c.transB, n, n, n, ops, new(GemmSpace[T]))
		measure(c.kernel, n*n*n, func() { g.Run(x, y, z, false) })
	}
}

func benchmarkExpect(kernel emKernel, measure func(kernel string, elements int, run func())) {
	const n, k = 128, 8
	c, normals := NewCells(n), make([]Normal, k)
	copy(c.Mean, normalNumbers[float64](n, 0, 1))
	for i := range c.Count {
		c.Count[i] = 1
	}
	for i := range normals {
		normals[i] = Normal{0, float64(i)/2 - 2, 0.5}
	}
	e := newEM(k, kernel)
	measure("expect", n*k, func() { e.Expect(c, normals) })
}
