package manual

import "gaussflow/graph/kernel"

// columnSum sums the columns of a rows×n matrix: as a product, ones·x, which runs in vectors where they fill up. So it
// takes several rows as one long one, and folds that at the end.
type columnSum[T kernel.Float] struct {
	n       int
	ones    []T
	product *kernel.Gemm[T]
	long    []T // the sum of the long rows; nil where a long row is a row
}

// panel is the width, in numbers, of the widest tile of the products.
const panel = 32

func newColumnSum[T kernel.Float](rows, n int, s *scratch[T]) *columnSum[T] {
	fold := 1
	for rows%(2*fold) == 0 && n*fold%panel != 0 {
		fold *= 2
	}
	if n*fold%panel != 0 {
		fold = 1
	}
	c := &columnSum[T]{n: n, ones: s.buffer("ones", rows/fold), product: s.product(false, false, 1, n*fold, rows/fold)}
	for i := range c.ones {
		c.ones[i] = 1
	}
	if fold > 1 {
		c.long = s.buffer("long", n*fold)
	}
	return c
}

// run sets to, or with add adds to it.
func (c *columnSum[T]) run(x, to []T, add bool) {
	if c.long == nil {
		c.product.Run(c.ones, x, to, add)
		return
	}
	c.product.Run(c.ones, x, c.long, false)
	if !add {
		clear(to)
	}
	for row := c.long; len(row) > 0; row = row[c.n:] {
		for j, v := range row[:c.n] {
			to[j] += v
		}
	}
}
