package tabular

import "gonum.org/v1/gonum/mat"

// WildWarnings returns the warnings about wild cells in a table whose columns are called x0, x1, ….
func WildWarnings(x *mat.Dense) []Warning {
	_, d := x.Dims()
	names := make([]string, d)
	for j := range names {
		names[j] = "x"
	}
	return wildWarnings(names, x, nil, findWild(x, nil))
}
