package main

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// predict computes the quantiles or probabilities for the rows of a batch, and says why a row has none.
func (s *prediction) predict(b *batch) error {
	x := s.withColumn(b.x)
	scores, err := s.model.Score(x)
	if err != nil {
		return err
	}
	n, d := x.Dims()
	b.says = make([]string, n)
	var able []int
	for i, score := range scores {
		switch {
		case b.reasons[i] != "":
			b.says[i] = b.reasons[i]
		case math.IsInf(score.LogProb, -1):
			b.says[i] = score.Reason
		default:
			able = append(able, i)
		}
	}
	b.out = mat.NewDense(n, len(s.names()), nil)
	for i := range n {
		for j := range s.names() {
			b.out.Set(i, j, math.NaN())
		}
	}
	if len(able) == 0 {
		return nil
	}
	read := mat.NewDense(len(able), d, nil)
	for r, i := range able {
		read.SetRow(r, x.RawRowView(i))
	}
	told, err := s.of(read)
	for r, i := range able {
		if err == nil {
			b.out.SetRow(i, told.RawRowView(r))
		}
	}
	return err
}

// of is the model's prediction of the column: quantiles rounded to its steps and bounds, or probabilities.
func (s *prediction) of(x *mat.Dense) (*mat.Dense, error) {
	if s.levels == nil {
		return s.model.Mixed.Probabilities(x, s.column.Name)
	}
	q, err := s.model.Mixed.Quantiles(x, s.column.Name, s.levels...)
	if err == nil {
		q.Apply(func(_, _ int, v float64) float64 { return s.column.Round(v) }, q)
	}
	return q, err
}

// withColumn is x with the column, missing in each row, inserted at its place.
func (s *prediction) withColumn(x *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	out := mat.NewDense(n, d+1, nil)
	for i := range n {
		row, from := out.RawRowView(i), x.RawRowView(i)
		copy(row, from[:s.at])
		row[s.at] = math.NaN()
		copy(row[s.at+1:], from[s.at:])
	}
	return out
}
