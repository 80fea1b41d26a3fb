package layertest

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
)

// trainingRows are more than go through in one piece, and odd: the pieces are of two lengths, with a program each.
const trainingRows = 129

// training takes a step as the trainer does.
func training(t *testing.T, make func() layers.Bijector) {
	if err := trainingStep(make()); err != nil {
		t.Error(err)
	}
}

// trainingStep takes a step of gradient descent on a negative log-likelihood, by what the trainer's steps run: the gradient
// of every parameter is the difference of the cost and not zero, and the step makes the cost smaller. (The gradients that
// evaluate takes are outputs of a graph, by which no parameter is trained.) The base has another scale in each column, so that
// rotations matter.
func trainingStep(b layers.Bijector) error {
	return trainingStepOn(b, rowsFor(b, trainingRows, 1.5, 9))
}

// trainingStepOn takes the step on trainingRows rows.
func trainingStepOn(b layers.Bijector, x *mat.Dense) error {
	params, scale := trainable(b), graph.NewParam("scale", graph.Float64, b.Dim())
	scale.Trainable = false
	if err := scale.Set(Normal(1, b.Dim(), 1, 10).RawMatrix().Data); err != nil {
		return err
	}
	f := graph.NewGradFunc[float64](width(b), params, func(g *graph.Builder, in graph.BatchNodes) *G.Node {
		z, logDet := forward.build(b, g, in.X)
		return g.Scale(g.Dot(g.Sum(g.LogNormal(g.Mul(z, g.Param(scale))), logDet), in.Weights), -1)
	})
	rows := matrixRows{x}
	index := make([]int, trainingRows)
	for i := range index {
		index[i] = i
	}
	before, err := f.Run(rows, index, trainingRows)
	if err != nil || len(params) == 0 {
		return err
	}
	var grads [][]float64
	for _, g := range f.Grads() {
		grads = append(grads, append([]float64(nil), g...))
	}
	for i, p := range params {
		got, want := slopes(grads[i], p.Values(), func(v []float64) { err = keep(err, p.Set(v)) }, func() float64 {
			cost, e := f.Run(rows, index, trainingRows)
			err = keep(err, e)
			return cost
		})
		switch d := distance(got, want); {
		case err != nil:
			return err
		case !(d <= 1e-6):
			return fmt.Errorf("the gradient by which %s is trained is off by %.2g, tolerance 1e-6", p.Name, d)
		case distance(grads[i], make([]float64, p.Size())) == 0:
			return fmt.Errorf("the gradient by which %s is trained is zero: a step does not move it", p.Name)
		}
	}
	for i, p := range params {
		v := p.Values()
		for j := range v {
			v[j] -= 1e-4 * grads[i][j]
		}
		if err := p.Set(v); err != nil {
			return err
		}
	}
	switch after, err := f.Run(rows, index, trainingRows); {
	case err != nil:
		return err
	case !(after < before):
		return fmt.Errorf("a small step of gradient descent took the cost from %v to %v, want less", before, after)
	}
	return nil
}

// trainable are the parameters that training moves.
func trainable(b layers.Bijector) (params []*graph.Param) {
	for _, p := range b.Params() {
		if p.Trainable {
			params = append(params, p)
		}
	}
	return params
}

func keep(first, next error) error {
	if first != nil {
		return first
	}
	return next
}

// matrixRows are the rows of a matrix, each of weight 1.
type matrixRows struct{ *mat.Dense }

// Row is row i.
func (m matrixRows) Row(_ []float64, i int) (row []float64, weight float64) {
	return m.RawRowView(i), 1
}
