package main

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
)

// A product is c = op(a)·op(b), op(a) m×k and op(b) k×n.
type product struct {
	m, n, k        int
	transA, transB bool
}

// dense are the three products of a dense layer on a batch: forward, weight gradient, input gradient.
func dense(batch, in, out int) map[string]product {
	return map[string]product{
		"x·W":  {m: batch, n: out, k: in},
		"xᵀ·g": {m: in, n: out, k: batch, transA: true},
		"g·Wᵀ": {m: batch, n: in, k: out, transB: true},
	}
}

func (p product) flops() float64 { return 2 * float64(p.m) * float64(p.n) * float64(p.k) }

// conditioners are the dense layers that are measured: hidden ones of each width, and the last one of the shape wide.
var conditioners = [][2]int{{32, 32}, {64, 64}, {128, 128}, {128, 528}}

// products races our matrix products against OpenBLAS, both with the same number of cores.
func products(m *meter, _ *report) (section, error) {
	s := section{Unit: "GFLOPS"}
	for _, dtype := range []string{"float32", "float64"} {
		for _, layer := range conditioners {
			for _, name := range []string{"x·W", "xᵀ·g", "g·Wᵀ"} {
				p := dense(512, layer[0], layer[1])[name]
				for _, cores := range m.workers() {
					on := fmt.Sprintf("%s %d→%d/%s/%s", name, layer[0], layer[1], dtype, counted(cores, "core"))
					if m.wanted("gemm", on) {
						s.Cases = append(s.Cases, m.multiply(on, p, dtype, cores)...)
					}
				}
			}
		}
	}
	return s, nil
}

func (m *meter) multiply(name string, p product, dtype string, cores int) []result {
	run := sharded[float64](p, cores)
	if dtype == "float32" {
		run = sharded[float32](p, cores)
	}
	ours := clocked("kernel", run)
	theirs := m.asking(blas.with(cores), request{Work: "gemm", M: p.m, N: p.n, K: p.k, TransA: p.transA, TransB: p.transB, Dtype: dtype})
	results := m.race(name, []contestant{important(ours), important(theirs)})
	for i := range results {
		if results[i].Error == "" {
			results[i].Value = p.flops() / results[i].Seconds / 1e9
		}
	}
	return results
}

// sharded computes a product on cores goroutines in the way of training: each has its share of the batch, and for a
// weight gradient a sum of its own.
func sharded[T kernel.Float](p product, cores int) func(n int) (time.Duration, error) {
	part := p
	if p.transA {
		part.k /= cores
	} else {
		part.m /= cores
	}
	shards := make([]func(n int), cores)
	for i := range shards {
		g := kernel.NewGemm[T](part.transA, part.transB, part.m, part.n, part.k)
		a, b, c := noise[T](part.m*part.k, uint64(i)), noise[T](part.k*part.n, 9), make([]T, part.m*part.n)
		shards[i] = func(n int) {
			for range n {
				g.Run(a, b, c, false)
			}
		}
	}
	return func(n int) (time.Duration, error) {
		start := time.Now()
		var running sync.WaitGroup
		for _, shard := range shards[1:] {
			running.Go(func() { shard(n) })
		}
		shards[0](n)
		running.Wait()
		return time.Since(start), nil
	}
}

// noise is n numbers from N(0, 1).
func noise[T kernel.Float](n int, seed uint64) []T {
	rng := initializers.NewRand(seed, 7)
	v := make([]T, n)
	for i := range v {
		v[i] = T(rng.NormFloat64())
	}
	return v
}

// peak is the greatest rate of one core for products of a dtype in any lap, in FLOP/s; OpenBLAS's if it was measured.
func (s *section) peak(dtype string) (rate float64, who string) {
	if s == nil {
		return 0, ""
	}
	for _, outside := range []bool{true, false} {
		for _, r := range s.Cases {
			fits := r.Outside == outside && r.Error == "" && slices.Contains(parts(r.Case), dtype) && slices.Contains(parts(r.Case), "1 core")
			if !fits {
				continue
			}
			if best := r.Value * 1e9 * r.Seconds / r.Least; best > rate {
				rate, who = best, r.Who
			}
		}
		if rate > 0 {
			return rate, who
		}
	}
	return 0, ""
}
