package graph_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
)

// compiling returns a RowFunc of one column that counts its compilations; the first `failing` of them fail.
func compiling(failing int32) (f *graph.RowFunc, compiled *atomic.Int32) {
	compiled = &atomic.Int32{}
	return graph.NewRowFunc(graph.Float64, 1, func(b *graph.Builder, x *G.Node) []*G.Node {
		if compiled.Add(1) <= failing {
			b.Fail(errors.New("not yet"))
		}
		return []*G.Node{b.Exp(x)}
	}), compiled
}

// TestProgramsAreKept: no garbage collection makes a RowFunc compile again.
func TestProgramsAreKept(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // with more processors, each would compile its own Program
	f, compiled := compiling(0)
	for round := range 3 {
		for _, c := range []struct{ rows, programs int }{{1, 1}, {2, 2}, {17, 3}, {129, 3}, {512, 4}, {700, 4}} {
			out, err := f.Run(mat.NewDense(c.rows, 1, nil))
			errtest.None(t, err)
			equal(t, "exp 0", out[0], []float64{1}, 0)
			if n := int(compiled.Load()); round == 0 && n != c.programs {
				t.Errorf("after the first %d rows: compiled %d times, want %d", c.rows, n, c.programs)
			}
		}
		runtime.GC()
		runtime.GC() // two collections empty a sync.Pool
	}
	if n := compiled.Load(); n != 4 {
		t.Errorf("compiled %d times for four batch sizes, want 4", n)
	}
}

// TestAnyNumberOfRows: rows come out in their order, for all sizes of batches and numbers of processors.
func TestAnyNumberOfRows(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, processors := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(processors)
		f, _ := compiling(0)
		for _, n := range []int{127, 128, 129, 500, 512, 513, 1023, 1024, 1100, 2600} {
			x, want := mat.NewDense(n, 1, nil), make([]float64, n)
			for i := range n {
				x.Set(i, 0, float64(i)/float64(n))
				want[i] = math.Exp(x.At(i, 0))
			}
			out, err := f.Run(x)
			errtest.None(t, err)
			equal(t, fmt.Sprintf("%d rows on %d processors", n, processors), out[0], want, 1e-14)
		}
	}
}

// TestProgramsAreBounded: for any number of concurrent callers, a batch size has at most as many Programs as there are processors.
func TestProgramsAreBounded(t *testing.T) {
	for _, processors := range []int{1, 2, 3} {
		before := runtime.GOMAXPROCS(processors)
		f, compiled := compiling(0)
		runtime.GOMAXPROCS(max(8, before))
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 50 {
					if _, err := f.Run(mat.NewDense(1, 1, nil)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		runtime.GOMAXPROCS(before)
		if n := int(compiled.Load()); n < 1 || n > processors {
			t.Errorf("compiled %d times, want at most %d", n, processors)
		}
	}
}

// TestFailureToCompileBlocksNobody: a caller that waits while another one fails to compile gets its turn.
func TestFailureToCompileBlocksNobody(t *testing.T) {
	f, compiled := compiling(12)
	var failures atomic.Int32
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if _, err := f.Run(mat.NewDense(1, 1, nil)); err != nil {
				failures.Add(1)
			}
		})
	}
	wg.Wait()
	if failures.Load() != 12 || compiled.Load() < 13 {
		t.Errorf("%d failures of %d compilations, want 12 of at least 13", failures.Load(), compiled.Load())
	}
}

// counted is an op of a user's own that counts its runs.
type counted struct {
	stockOp
	runs *int
}

func (o counted) Do(in ...G.Value) (G.Value, error) {
	*o.runs++
	return o.stockOp.Do(in...)
}

// TestOnlyOwnParametersCount: a node that depends on parameters alone is computed again when one of its own parameters has
// changed, and not when another one has, be it of the same model or of another one.
func TestOnlyOwnParametersCount(t *testing.T) {
	scalar := func(name string, v float64) *graph.Param {
		p := graph.NewParam(name, graph.Float64)
		errtest.None(t, p.Set([]float64{v}))
		return p
	}
	p, q, offset, stranger := scalar("p", 2), scalar("q", 3), scalar("offset", 0), scalar("stranger", 0)
	runs := 0
	f := graph.NewRowFunc(graph.Float64, 1, func(b *graph.Builder, x *G.Node) []*G.Node {
		pq := b.Apply(counted{runs: &runs}, b.Param(p), b.Param(q))
		return []*G.Node{b.Add(b.Mul(x, pq), b.Param(offset))}
	})
	for _, c := range []struct {
		change *graph.Param
		to     float64
		value  float64
		runs   int
	}{
		{nil, 0, 6, 1}, {nil, 0, 6, 1}, {stranger, 1, 6, 1}, {offset, 1, 7, 1}, {q, 5, 11, 2}, {p, 3, 16, 3}, {stranger, 2, 16, 3},
	} {
		if c.change != nil {
			errtest.None(t, c.change.Set([]float64{c.to}))
		}
		out, err := f.Run(mat.NewDense(1, 1, []float64{1}))
		errtest.None(t, err)
		if out[0][0] != c.value || runs != c.runs {
			t.Errorf("%v: got %v after %d runs of what depends on parameters alone, want %v after %d", c, out[0][0], runs, c.value, c.runs)
		}
	}
}
