package bench

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"gaussflow/graph"
)

// Benchmark measures each contestant at each kind of work that it can do; the names are work/shape/dtype/contestant. -cpu
// sets the number of workers. Only two shapes have a warm start. -short leaves out contestants that take minutes and
// gigabytes per step: composed and stock on diagonal.
func Benchmark(b *testing.B) {
	for _, w := range Works {
		for _, s := range Shapes {
			if w == WarmStart && s.Name != "moons" && s.Name != "wide" {
				continue
			}
			for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
				for _, c := range Contestants {
					slow := s.Name == "diagonal" && (c.Name == "composed" || c.Name == "stock")
					if c.Does(s, w) && !(slow && testing.Short()) {
						b.Run(strings.Join([]string{string(w), s.Name, string(dtype), c.Name}, "/"), func(b *testing.B) {
							measure(b, c, s, dtype, w)
						})
					}
				}
			}
		}
	}
}

func measure(b *testing.B, c Contestant, s Shape, dtype graph.Dtype, w Work) {
	run, err := c.New(s, dtype, w, runtime.GOMAXPROCS(0))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	if err := run(b.Loop); err != nil {
		b.Fatal(fmt.Errorf("%s: %w", b.Name(), err))
	}
}
