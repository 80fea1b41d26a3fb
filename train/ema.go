package train

import (
	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// ema is an exponential moving average of the parameters; a nil ema does nothing.
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

// next starts another step and returns the weight of the old average in it. It is smaller in early steps, so that the start is
// soon forgotten.
func (e *ema) next() (keep float64) {
	if e == nil {
		return 0
	}
	e.steps++
	t := float64(e.steps)
	return min(e.momentum, (1+t)/(10+t))
}

// blend sets average to keep·average + (1 − keep)·values.
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
		_ = p.Set(e.average[i]) // cannot fail: the sizes are equal by construction
		e.average[i] = now
	}
}
