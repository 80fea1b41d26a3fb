package kernel

import "math"

// selectPositive sets out to g where y is positive and to zero elsewhere: by the bits, since which is which is chance to a
// processor that guesses jumps.
func selectPositive[T Float](out, y, g []T) {
	switch out := any(out).(type) {
	case []float32:
		y, g := any(y).([]float32), any(g).([]float32)
		y, g = y[:len(out)], g[:len(out)]
		for i, v := range y {
			out[i] = math.Float32frombits(math.Float32bits(g[i]) & uint32(-positive(v)))
		}
	case []float64:
		y, g := any(y).([]float64), any(g).([]float64)
		y, g = y[:len(out)], g[:len(out)]
		for i, v := range y {
			out[i] = math.Float64frombits(math.Float64bits(g[i]) & uint64(-positive(v)))
		}
	}
}

// positive is 1 where v is positive, else 0, without a jump.
func positive[T Float](v T) (n int) {
	if v > 0 {
		n = 1
	}
	return n
}
