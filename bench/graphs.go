package bench

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bench/manual"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/train"
)

// fitStep makes steps by a Fit with one batch an epoch and the rows in order, as for all contestants; it calls next after every
// batch.
func fitStep(composed bool) maker {
	return func(s Shape, dtype graph.Dtype, workers int) (Run, error) {
		f, err := s.Flow(dtype)
		if err != nil {
			return nil, err
		}
		if err := f.Compile(train.Config{Composed: composed, Optimizer: train.Adam{LearningRate: manual.LearningRate}}); err != nil {
			return nil, err
		}
		x := s.Data(s.Batch)
		return func(next func() bool) error { return fitWhile(f, x, workers, next) }, nil
	}
}

func fitWhile(f *flows.Flow, x *mat.Dense, workers int, next func() bool) error {
	ask := train.LambdaCallback{BatchEnd: func(state *train.State) error {
		if !next() {
			state.Stop()
		}
		return nil
	}}
	batch, _ := x.Dims()
	_, err := f.Fit(context.Background(), x, train.FitConfig{
		Epochs: math.MaxInt, BatchSize: batch, Workers: workers, NoShuffle: true, Callbacks: []train.Callback{ask}})
	return err
}

// readRows is LogProb as a user calls it.
func readRows(n int) maker {
	return func(s Shape, dtype graph.Dtype, _ int) (Run, error) {
		f, err := s.Flow(dtype)
		if err != nil {
			return nil, err
		}
		x := s.Data(n)
		return repeat(func() error {
			_, err := f.LogProb(x)
			return err
		}), nil
	}
}

// composedRows is LogProb on graphs of small ops.
func composedRows(n int) maker {
	return func(s Shape, dtype graph.Dtype, _ int) (Run, error) {
		f, err := s.Flow(dtype)
		if err != nil {
			return nil, err
		}
		rows := graph.NewRowFunc(dtype, s.Dim, func(b *graph.Builder, x *G.Node) []*G.Node {
			b.Composed = true
			_, lp := f.LogProbNodes(b, x, nil)
			return []*G.Node{lp}
		})
		x := s.Data(n)
		return repeat(func() error {
			_, err := rows.Run(x)
			return err
		}), nil
	}
}

// sampleRows is Sample as a user calls it.
func sampleRows(flow func(Shape, graph.Dtype) (*flows.Flow, error)) maker {
	return func(s Shape, dtype graph.Dtype, _ int) (Run, error) {
		f, err := flow(s, dtype)
		if err != nil {
			return nil, err
		}
		rng := initializers.NewRand(3, 3)
		return repeat(func() error {
			_, err := f.Sample(Rows, rng)
			return err
		}), nil
	}
}

// warmStart is InitFrom as a user calls it.
func warmStart(s Shape, dtype graph.Dtype, _ int) (Run, error) {
	f, err := s.Flow(dtype)
	if err != nil {
		return nil, err
	}
	x := s.Data(s.WarmRows())
	return repeat(func() error {
		_, err := f.InitFrom(x, initializers.IGConfig{})
		return err
	}), nil
}
