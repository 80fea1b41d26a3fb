package transforms

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// likeliestRows is how many quantiles stand for a column with more values; likeliestSteps is the largest number of L-BFGS steps.
const likeliestRows, likeliestSteps = 1024, 100

// likeliest finds the parameters, part by part, for which the values are most likely if t's output is standard normal: those with
// the greatest mean of log φ(z) + log dz/dx, by L-BFGS from start. unit is the scale of a step for each part.
func likeliest(t Transform, values []float64, start [][]float64, unit []float64) (parts [][]float64, err error) {
	f := newLikelihood(t, quantiles(values, likeliestRows))
	var from, units []float64
	for i, p := range start {
		from = append(from, p...)
		units = append(units, slices.Repeat(unit[i:i+1], len(p))...)
	}
	at, last, cost := make([]float64, len(from)), []float64{math.NaN()}, 0.0
	evaluate := func(steps []float64) float64 {
		if slices.Equal(steps, last) { // the gradient is asked for at the same point as the value
			return cost
		}
		last = append(last[:0], steps...)
		for i, s := range steps {
			at[i] = from[i] + units[i]*s
		}
		if cost, err = f.at(at); err != nil || math.IsNaN(cost) {
			cost = math.Inf(1)
		}
		return cost
	}
	problem := optimize.Problem{
		Func: evaluate,
		Grad: func(grad, steps []float64) {
			evaluate(steps)
			for i, g := range slices.Concat(f.cost.Grads()...) {
				grad[i] = units[i] * g
			}
		},
	}
	best, stopped := optimize.Minimize(problem, make([]float64, len(from)), &optimize.Settings{MajorIterations: likeliestSteps}, &optimize.LBFGS{})
	if best == nil || math.IsInf(best.F, 1) { // the likelihood is infinite even at the start
		return nil, fmt.Errorf("transforms: Fit: %w", errors.Join(err, stopped))
	}
	for i, p := range start {
		for k := range p {
			p[k] += unit[i] * best.X[0]
			best.X = best.X[1:]
		}
	}
	return start, nil
}

// A likelihood is the mean of −log p over some values, as a function of a transform's parameters.
type likelihood struct {
	rows   column
	index  []int
	params []*graph.Param // one for each part
	cost   *graph.GradFunc[float64]
}

func newLikelihood(t Transform, values []float64) *likelihood {
	f := &likelihood{rows: values, index: make([]int, len(values))}
	for i := range f.index {
		f.index[i] = i
	}
	for _, p := range t.Parts() {
		f.params = append(f.params, graph.NewParam(p.Name, graph.Float64, 1, p.Size))
	}
	f.cost = graph.NewGradFunc[float64](1, f.params, func(b *graph.Builder, in graph.BatchNodes) *G.Node {
		nodes := make([]*G.Node, len(f.params))
		for i, p := range f.params {
			nodes[i] = b.Param(p)
		}
		z, logSlope := t.Forward(b, in.X, ThetaOfAll(t.Parts(), 1, nodes...))
		return b.Scale(b.Dot(b.Sum(b.LogNormal(z), b.SumLast(logSlope)), in.Weights), -1)
	})
	return f
}

// at is the cost at theta, which holds one part after the other.
func (f *likelihood) at(theta []float64) (cost float64, err error) {
	for _, p := range f.params {
		if err := p.Set(theta[:p.Size()]); err != nil {
			return 0, err
		}
		theta = theta[p.Size():]
	}
	return f.cost.Run(f.rows, f.index, len(f.index))
}

// A column is a table of one column, each row of weight 1.
type column []float64

// Row is row i.
func (c column) Row(_ []float64, i int) (row []float64, weight float64) { return c[i : i+1], 1 }

// quantiles returns at most n numbers that represent values: the middle one of each of n equal groups of the sorted
// values.
func quantiles(values []float64, n int) []float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) <= n {
		return sorted
	}
	q := make([]float64, n)
	for i := range q {
		q[i] = sorted[int((float64(i)+0.5)/float64(n)*float64(len(sorted)))]
	}
	return q
}
