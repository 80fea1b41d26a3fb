package kernel

// AddBias adds bias to row and, with relu, replaces what is negative by zero.
func AddBias[T Float](row, bias []T, relu bool) {
	for j, b := range bias {
		v := row[j] + b
		if relu && v < 0 {
			v = 0
		}
		row[j] = v
	}
}
