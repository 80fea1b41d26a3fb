package bench

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"

	"gaussflow/bench/manual"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

var soak = flag.Bool("soak", false, "soak for 10,000 steps instead of 400")

// steadyRows is small to keep the test short: the allocations of a step do not depend on the number of rows.
const steadyRows = 32

// TestStepAllocatesNothing runs an epoch on every shape and counts the allocations of each step. The runtime allocates a
// record for every goroutine that waits, and each processor keeps up to 128 of them, so a step may allocate until these are
// full and now and then later; but at least half of the steps must allocate nothing.
func TestStepAllocatesNothing(t *testing.T) {
	for _, s := range Shapes {
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			t.Run(s.Name+"/"+string(dtype), func(t *testing.T) {
				const warm, steps = 300, 340
				a := stepAllocations(t, s, dtype, steps)[warm:]
				slices.Sort(a)
				if a[len(a)/2] > 0 {
					t.Errorf("allocations of the steps, sorted: %d, want none in half of them", a)
				}
			})
		}
	}
}

// stepAllocations fits one epoch and counts the allocations of each step.
func stepAllocations(t *testing.T, s Shape, dtype graph.Dtype, batches int) (counts []int) {
	t.Helper()
	f, err := s.Flow(dtype)
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 1e-4}}))
	var stats runtime.MemStats
	mallocs := func() int {
		runtime.ReadMemStats(&stats)
		return int(stats.Mallocs)
	}
	counts = make([]int, 0, batches)
	before := 0
	count := train.LambdaCallback{
		BatchBegin: func(*train.State) error {
			before = mallocs()
			return nil
		},
		BatchEnd: func(*train.State) error {
			counts = append(counts, mallocs()-before)
			return nil
		},
	}
	_, err = f.Fit(context.Background(), s.Data(steadyRows*batches), train.FitConfig{
		BatchSize: steadyRows, Workers: 2, Callbacks: []train.Callback{count}})
	errtest.None(t, err)
	return counts
}

// TestSoak trains on moons for long: nothing is allocated but the history and the shuffled order of each epoch, and memory
// does not grow.
func TestSoak(t *testing.T) {
	const batches = 100
	epochs := 12
	if *soak {
		epochs = 100
	}
	steps := epochs * batches
	use := watchFit(t, Shapes[0], graph.Float32, Shapes[0].Batch, batches, epochs, steps/4)
	t.Logf("%d steps: %d allocations after the first quarter, resident memory from %d to %d KiB", steps, use.allocations, use.before>>10, use.after>>10)
	if use.allocations > steps/10 {
		t.Errorf("%d allocations in %d steps, want fewer than %d", use.allocations, steps-steps/4, steps/10)
	}
	if grown := use.after - use.before; grown > 1<<20 {
		t.Errorf("resident memory has grown by %d KiB in %d steps, want a flat line", grown>>10, steps-steps/4)
	}
}

// use is what a fit allocates and holds between one step and its last.
type use struct {
	allocations   int
	before, after int // resident memory in bytes
}

// watchFit fits for some epochs in batches of the given rows, and watches from step `warm` to the last one.
func watchFit(t *testing.T, s Shape, dtype graph.Dtype, rows, batches, epochs, warm int) (u use) {
	t.Helper()
	f, err := s.Flow(dtype)
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 1e-4}}))
	var stats runtime.MemStats
	step := 0
	watch := train.LambdaCallback{BatchEnd: func(*train.State) error {
		switch step++; step {
		case warm:
			u.before = resident(t)
			runtime.ReadMemStats(&stats)
			u.allocations = -int(stats.Mallocs)
		case batches * epochs:
			runtime.ReadMemStats(&stats)
			u.allocations += int(stats.Mallocs)
			u.after = resident(t)
		}
		return nil
	}}
	_, err = f.Fit(context.Background(), s.Data(rows*batches), train.FitConfig{
		Epochs: epochs, BatchSize: rows, Workers: 2, Callbacks: []train.Callback{watch}})
	errtest.None(t, err)
	return u
}

// resident is the process's resident memory after a garbage collection, or 0 on systems that do not report it.
func resident(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Logf("resident memory is not watched: %v", err)
		return 0
	}
	var total, pages int
	if _, err := fmt.Sscan(string(text), &total, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestLogProbAllocatesItsResult: a call of LogProb allocates only the slice that it returns.
func TestLogProbAllocatesItsResult(t *testing.T) {
	for _, s := range Shapes {
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			for _, rows := range []int{1, 2 * steadyRows, 1500} {
				t.Run(fmt.Sprintf("%s/%s/%d", s.Name, dtype, rows), func(t *testing.T) {
					f, err := s.Flow(dtype)
					errtest.None(t, err)
					x := s.Data(rows)
					allocations := testing.AllocsPerRun(3, func() {
						_, err := f.LogProb(x)
						errtest.None(t, err)
					})
					if allocations > 1 {
						t.Errorf("%v allocations a call, want 1, the result", allocations)
					}
				})
			}
		}
	}
}

// TestManualAllocatesNothing: a step of the hand-written opponent does not allocate.
func TestManualAllocatesNothing(t *testing.T) {
	for _, s := range Shapes {
		if !byHandToo(s) {
			continue
		}
		f, err := s.Flow(graph.Float32)
		errtest.None(t, err)
		m, err := manual.New[float32](f, 2)
		errtest.None(t, err)
		stop := m.Start()
		x, dst := s.Data(steadyRows), make([]float64, steadyRows)
		if n := testing.AllocsPerRun(3, func() { m.Step(x); m.LogProb(dst, x) }); n != 0 {
			t.Errorf("%s: %v allocations a step and a LogProb, want none", s.Name, n)
		}
		stop()
	}
}
