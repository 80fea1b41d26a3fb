package graph

import "gaussflow/graph/kernel"

// convert copies src into dst, element by element.
func convert[D, S kernel.Float](dst []D, src []S) {
	for i, x := range src {
		dst[i] = D(x)
	}
}
