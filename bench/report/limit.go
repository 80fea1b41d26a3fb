package main

import (
	"fmt"
	"time"

	"gaussflow/bench"
)

// limits compares the measured step on one core with a lower bound: floating-point operations at the peak rate of
// products, plus components at the kernels' rate, plus bytes at the memory bandwidth, each from its best lap in this
// run.
func limits(m *meter, before *report) (section, error) {
	s := section{Unit: "fraction of the limit reached"}
	steps, gemms, kernels := before.section("step"), before.section("gemm"), before.section("kernel")
	if steps == nil || gemms == nil || kernels == nil {
		return s, nil
	}
	bandwidth := m.bandwidth()
	for _, shape := range m.shapes {
		for _, dtype := range []string{"float32", "float64"} {
			name := shape.Name + "/" + dtype
			measured := fastest(steps.of(name), func(r result) bool { return r.Who == "fused, 1 worker" || r.Who == "fused" })
			peak, _ := gemms.peak(dtype)
			component := kernels.perComponent(shape, dtype)
			if shape.Recipe != bench.Mixtures || measured == nil || peak == 0 || component == 0 || !m.wanted("limit", name) {
				continue
			}
			f := floor(shape, dtype)
			limit := f.flops/peak + f.components*component + f.bytes/bandwidth
			r := result{Case: name, Who: "floor", Seconds: limit, Value: limit / measured.Seconds}
			s.Cases = append(s.Cases, r)
			s.Notes = append(s.Notes, fmt.Sprintf("%s: %.3g MFLOP, %.3g million components at %.2f ns, %.3g MB.",
				name, f.flops/1e6, f.components/1e6, component*1e9, f.bytes/1e6))
		}
	}
	if len(s.Cases) > 0 {
		s.Notes = append(s.Notes, rates(gemms, bandwidth))
	}
	return s, nil
}

func rates(gemms *section, bandwidth float64) string {
	single, who := gemms.peak("float32")
	double, _ := gemms.peak("float64")
	return fmt.Sprintf("Peak of products: %.0f GFLOPS in float32, %.0f in float64, the best lap of %s above. Memory: %.1f GB/s, a copy of 256 MB.",
		single/1e9, double/1e9, who, bandwidth/1e9)
}

// A cost is the least amount of work of a training step.
type cost struct{ flops, components, bytes float64 }

// floor counts the work of one step of a shape. Products: three for each matrix. Bytes: the batch's θ is written and
// read once in each direction if every row has its own; and the parameters are read with their gradient and Adam's two
// moments, and three of these written.
func floor(s bench.Shape, dtype string) (c cost) {
	size := 4.0
	if dtype == "float64" {
		size = 8
	}
	batch, d, k := float64(s.Batch), float64(s.Dim), float64(s.Components)
	params := d * d
	c.flops = 3 * 2 * batch * d * d
	c.components = batch * d * k
	if s.Hidden == nil {
		params += 3 * d * k
	} else {
		c.bytes = 4 * size * batch * 3 * d * k
		for _, in := range []int{s.Dim / 2, s.Dim - s.Dim/2} {
			width := float64(in)
			for _, out := range append(append([]int(nil), s.Hidden...), 3*(s.Dim-in)*s.Components) {
				c.flops += 3 * 2 * batch * width * float64(out)
				params += (width + 1) * float64(out)
				width = float64(out)
			}
		}
	}
	c.bytes += 7 * size * params
	blocks := float64(s.Blocks)
	return cost{c.flops * blocks, c.components * blocks, c.bytes * blocks}
}

// perComponent is the time in seconds of a component, forward and backward, for the mixtures most similar to a shape's;
// that of the best lap, since it is for a lower bound.
func (s *section) perComponent(shape bench.Shape, dtype string) (seconds float64) {
	near := mixtureShape{k: 8, perRow: true}
	if shape.Hidden == nil {
		near = mixtureShape{k: 50}
	}
	for _, pass := range []string{"forward", "backward"} {
		r := fastest(s.of(near.name(pass, dtype)), func(result) bool { return true })
		if r == nil {
			return 0
		}
		seconds += r.Value / 1e9 * r.Least / r.Seconds
	}
	return seconds
}

// bandwidth is the rate of copying a table too large for the caches: bytes read and written a second.
func (m *meter) bandwidth() float64 {
	n := 32 << 20
	from, to := make([]float64, n), make([]float64, n)
	best := time.Duration(1 << 62)
	for range m.rounds {
		start := time.Now()
		copy(to, from)
		best = min(best, time.Since(start))
	}
	return 16 * float64(n) / best.Seconds()
}
