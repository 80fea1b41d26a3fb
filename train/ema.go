package train

import (
	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// ema is an exponential moving average of the parameters; a nil one does nothing.
type ema struct {
	momentum float64
	steps    int
	keep     float64 // of the step at hand
	average  [][]float64
}

func newEMA(momentum float64, params []*graph.Param) *ema {
	e := &ema{momentum: momentum}
	for _, p := range params {
		e.average = append(e.average, p.Values())
	}
	return e
}

// next begins another step. Early steps weigh more, so that the start is soon forgotten.
func (e *ema) next() {
	if e == nil {
		return
	}
	e.steps++
	t := float64(e.steps)
	e.keep = min(e.momentum, (1+t)/(10+t))
}

// blend takes the numbers of a segment in.
func blend[T kernel.Float](e *ema, s segment, data []T) {
	if e == nil {
		return
	}
	average := e.average[s.param][s.lo:s.hi]
	for j, v := range data {
		average[j] = e.keep*average[j] + (1-e.keep)*float64(v)
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
