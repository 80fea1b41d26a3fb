package train

import "gaussflow/graph"

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

// add takes the parameters of one more step in. Early steps weigh more, so that the start is soon forgotten.
func (e *ema) add(params []*graph.Param) {
	if e == nil {
		return
	}
	e.steps++
	t := float64(e.steps)
	keep := min(e.momentum, (1+t)/(10+t))
	for i, p := range params {
		switch data := p.Data().(type) {
		case []float64:
			blend(e.average[i], data, keep)
		case []float32:
			blend(e.average[i], data, keep)
		}
	}
}

func blend[T float32 | float64](average []float64, data []T, keep float64) {
	for j, v := range data {
		average[j] = keep*average[j] + (1-keep)*float64(v)
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
