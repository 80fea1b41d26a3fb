package bench

import (
	"runtime"

	"gaussflow/bench/manual"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// manualStep is the hand-written step.
func manualStep(s Shape, dtype graph.Dtype, workers int) (Run, error) {
	if dtype == graph.Float32 {
		return handStep[float32](s, dtype, workers)
	}
	return handStep[float64](s, dtype, workers)
}

func handStep[T kernel.Float](s Shape, dtype graph.Dtype, workers int) (Run, error) {
	m, err := hand[T](s, dtype, workers)
	x := s.Data(s.Batch)
	return started(m, func() error {
		m.Step(x)
		return nil
	}), err
}

// manualRows is the hand-written LogProb.
func manualRows(n int) maker {
	return func(s Shape, dtype graph.Dtype, _ int) (Run, error) {
		if dtype == graph.Float32 {
			return handRows[float32](s, dtype, n)
		}
		return handRows[float64](s, dtype, n)
	}
}

func handRows[T kernel.Float](s Shape, dtype graph.Dtype, n int) (Run, error) {
	m, err := hand[T](s, dtype, runtime.GOMAXPROCS(0))
	x, dst := s.Data(n), make([]float64, n)
	return started(m, func() error {
		m.LogProb(dst, x)
		return nil
	}), err
}

func hand[T kernel.Float](s Shape, dtype graph.Dtype, workers int) (*manual.Flow[T], error) {
	f, err := s.Flow(dtype)
	if err != nil {
		return nil, err
	}
	return manual.New[T](f, workers)
}

// started repeats do while m's workers are running.
func started[T kernel.Float](m *manual.Flow[T], do func() error) Run {
	return func(next func() bool) error {
		defer m.Start()()
		return repeat(do)(next)
	}
}
