package tabular

import "gonum.org/v1/gonum/mat"

// WildWarnings are those of a table whose columns are called x0, ….
func WildWarnings(x *mat.Dense) []Warning {
	_, d := x.Dims()
	names := make([]string, d)
	for j := range names {
		names[j] = "x"
	}
	return wildWarnings(names, x, nil, findWild(x, nil))
}
