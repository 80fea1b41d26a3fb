package train

import (
	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// ema is an exponential moving average of the parameters; a nil one does nothing.
type ema struct {
	momentum float64
	steps    int
	average  [][]float64
}

func newEMA(momentum float64, params []*graph.Param) *ema {
	e := &ema{momentum: momentum}
	for _, p := range params {
		e.average = append(e.average, p.Values())
	}
	return e
}

// next begins another step and returns the share of the average that the step keeps. Early steps weigh more, so that the start
// is soon forgotten.
func (e *ema) next() (keep float64) {
	if e == nil {
		return 0
	}
	e.steps++
	t := float64(e.steps)
	return min(e.momentum, (1+t)/(10+t))
}

// blend keeps a share of an average of values and takes the rest of them in.
func blend[T kernel.Float](average []float64, values []T, keep float64) {
	for i, v := range values {
		average[i] = keep*average[i] + (1-keep)*float64(v)
	}
}

// swap exchanges parameters and average.
func (e *ema) swap(params []*graph.Param) {
	if e == nil {
		return
	}
	for i, p := range params {
		now := p.Values()
		_ = p.Set(e.average[i]) // of the same size by construction
		e.average[i] = now
	}
}
