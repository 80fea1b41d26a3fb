package main

import (
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/train"
)

// oddest is a metric: the 99 % quantile of −log p over some rows, in nats. A mean hides how bad a density is in its tails;
// this does not. History.Metrics has it as "oddest", and callbacks after it can monitor it.
type oddest struct {
	train.NopCallback
	flow *flows.Flow
	rows mat.Matrix
}

func (o *oddest) OnEpochEnd(s *train.State) error {
	logProb, err := o.flow.LogProb(o.rows)
	if err != nil {
		return err
	}
	slices.Sort(logProb)
	return s.Report("oddest", -stat.Quantile(0.01, stat.Empirical, logProb, nil))
}
