package flows_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/rows"
	"gaussflow/train"
)

// tableOf returns the rows of x as a source.
func tableOf(x *mat.Dense) *data.Table {
	_, d := x.Dims()
	return &data.Table{Names: make([]string, d), X: x}
}

// TestFlowFromASource: training, validation and scoring give the same bits from a source as from a matrix.
func TestFlowFromASource(t *testing.T) {
	x, held := randomData("blobs", 700, 3, 1), randomData("blobs", 90, 3, 2)
	ctx := context.Background()
	make := func() *flows.Flow {
		f := coupling(t, 3, flows.CouplingConfig{Blocks: 1, Components: 3, Hidden: []int{6}, Seed: 3, Dtype: graph.Float32})
		errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.01}}))
		return f
	}
	c := train.FitConfig{Epochs: 3, BatchSize: 64, Seed: 5, Workers: 2}
	matrix, source := make(), make()
	c.ValidationData = held
	want, err := matrix.Fit(ctx, x, c)
	errtest.None(t, err)
	c.ValidationData, c.ValidationSource = nil, tableOf(held)
	got, err := source.FitSource(ctx, tableOf(x), c)
	errtest.None(t, err)
	if !slices.Equal(got.Loss, want.Loss) || !slices.Equal(got.ValLoss, want.ValLoss) || !slices.EqualFunc(values(source), values(matrix), slices.Equal) {
		t.Errorf("losses %v and %v, want %v and %v", got.Loss, got.ValLoss, want.Loss, want.ValLoss)
	}
	if facts := source.Metadata.Training; facts.Rows != 700 || facts.BatchSize != 64 || facts.Seed != 5 || facts.History != got {
		t.Errorf("the facts are %+v", facts)
	}
	loss, err := matrix.Evaluate(x, nil)
	errtest.None(t, err)
	streamed, err := source.EvaluateSource(ctx, tableOf(x))
	errtest.None(t, err)
	if loss != streamed {
		t.Errorf("EvaluateSource is %v, Evaluate %v", streamed, loss)
	}
	var lp []float64
	for v, err := range source.LogProbSource(ctx, tableOf(x)) {
		errtest.None(t, err)
		lp = append(lp, v)
	}
	if !slices.Equal(lp, logProb(t, matrix, x)) {
		t.Error("LogProbSource is not LogProb")
	}
	for range source.LogProbSource(ctx, tableOf(x)) {
		break
	}
}

func TestBadSource(t *testing.T) {
	ctx := context.Background()
	far := randomData("blobs", 9000, 2, 1)
	far.Set(8500, 1, 1e300)
	built := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
	read := func(f *flows.Flow, src rows.Source) (last error) {
		for _, err := range f.LogProbSource(ctx, src) {
			last = err
		}
		return last
	}
	errtest.Says(t, read(built, tableOf(far)), "LogProbSource", "row 8500 ", "too far out")
	errtest.Says(t, read(built, tableOf(randomData("blobs", 5, 3, 1))), "LogProbSource", "3 columns", "input_dim = 2")
	errtest.Says(t, read(built, nil), "LogProbSource", "source is nil")
	for _, f := range []*flows.Flow{nil, {}} {
		if err := read(f, tableOf(far)); !errors.Is(err, flows.ErrNotBuilt) {
			t.Errorf("got %v, want ErrNotBuilt", err)
		}
	}
	for _, f := range []*flows.Flow{nil, {}, built} {
		_, fitted := f.FitSource(ctx, tableOf(far), train.FitConfig{})
		_, evaluated := f.EvaluateSource(ctx, tableOf(far))
		for _, err := range []error{fitted, evaluated} {
			if !errors.Is(err, train.ErrNotCompiled) || !strings.Contains(err.Error(), "Source") {
				t.Errorf("got %v, want ErrNotCompiled", err)
			}
		}
	}
	errtest.None(t, built.Compile(train.Config{}))
	_, err := built.FitSource(ctx, tableOf(far), train.FitConfig{ValidationSplit: 0.1})
	errtest.Says(t, err, "FitSource", "ValidationSplit = 0.1")
	_, err = built.EvaluateSource(ctx, tableOf(randomData("blobs", 5, 3, 1)))
	errtest.Says(t, err, "EvaluateSource", "3 columns")
}
