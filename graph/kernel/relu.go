package kernel

// Relu replaces what is negative by zero.
func Relu[T Float](x []T) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

// ReluSlope writes g where y = relu(x) is positive and zero elsewhere.
func ReluSlope[T Float](out, y, g []T) {
	for i, v := range y {
		if v > 0 {
			out[i] = g[i]
		} else {
			out[i] = 0
		}
	}
}
