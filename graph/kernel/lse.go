package kernel

import "math"

// LogSumExp is log Σ exp x, −Inf for no terms or all −Inf.
func LogSumExp[T Float](x []T) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, float64(v))
	}
	if math.IsInf(top, 0) {
		return top
	}
	total := 0.0
	for _, v := range x {
		total += math.Exp(float64(v) - top)
	}
	return top + math.Log(total)
}
