package bench

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/train"
)

// A Shape is one of the problems on which everything is measured.
type Shape struct {
	Name       string
	Dim        int
	Blocks     int
	Components int   // of a mixture, or bins of a spline
	Hidden     []int // nil for the diagonal flow
	Batch      int
	Recipe     Recipe
}

// Shapes are the problems, from small to large for each recipe.
var Shapes = []Shape{
	{"moons", 2, 4, 8, []int{32, 32}, 512, Mixtures},
	{"tabular", 6, 6, 8, []int{64, 64}, 512, Mixtures},
	{"wide", 43, 6, 8, []int{128, 128}, 512, Mixtures},
	{"diagonal", 43, 6, 50, nil, 4096, Mixtures},
	{"nsf-6", 6, 3, 8, []int{64, 64}, 512, Splines},
	{"nsf-43", 43, 3, 8, []int{64, 64}, 512, Splines},
	{"maf-6", 6, 5, 0, []int{128, 128}, 512, Masked},
	{"maf-43", 43, 5, 0, []int{128, 128}, 512, Masked},
}

// Flow makes the shape's flow with every parameter changed from its start, so that nothing is trivially zero.
func (s Shape) Flow(dtype graph.Dtype) (*flows.Flow, error) {
	f, err := s.fresh(dtype)
	if err != nil {
		return nil, err
	}
	rng := initializers.NewRand(1, 1)
	for _, p := range f.Params() {
		v := p.Values()
		for i := range v {
			v[i] += 0.05 * rng.NormFloat64()
		}
		if err := p.Set(v); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// trainedSteps is how many training steps a Trained flow has had.
const trainedSteps = 100

// Trained is Flow after some steps of Adam on Data, with the same numbers in each call.
func (s Shape) Trained(dtype graph.Dtype) (*flows.Flow, error) {
	f, err := s.Flow(dtype)
	if err != nil {
		return nil, err
	}
	if err := f.Compile(train.Config{}); err != nil {
		return nil, err
	}
	_, err = f.Fit(context.Background(), s.Data(s.Batch), train.FitConfig{
		Epochs: trainedSteps, BatchSize: s.Batch, Workers: 2, NoShuffle: true})
	return f, err
}

// WarmRows is the size of the table for the warm start: 5000 rows of two columns, 50,000 of more.
func (s Shape) WarmRows() int {
	if s.Dim == 2 {
		return 5000
	}
	return 50_000
}

// Data is n rows of seeded noise, as wide as the shape.
func (s Shape) Data(n int) *mat.Dense {
	rng := initializers.NewRand(2, 2)
	x := mat.NewDense(n, s.Dim, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return x
}
