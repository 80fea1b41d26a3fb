package kernel

// Where much of a is zero, as behind a relu, a product may pass over the zeros: it is done row by row of c, of each some vectors at
// a time, and takes for each number of a that is not zero its row of b. In a tile of several rows a row of b would be left out
// only where all of them have a zero.

// factorsKernel lists, for each of m rows of n vectors of a, its numbers that are not zero and where their rows of b start, in
// bytes, if these are brs bytes apart: as integers of a T's width. The lists of rows start `list` bytes apart.
type factorsKernel[T Float] func(m, n int, a *T, ars, brs int, values *T, offsets *int64, list int, counts *int)

// A sparseTile is m rows of some vectors' width of c = init + a·b, or with relu its positive part, from what a factorsKernel
// lists. Rows of init and c are irs and crs bytes apart.
type sparseTile[T Float] func(m int, counts *int, values *T, offsets *int64, list int, b, init *T, irs int, c *T, crs int, relu bool)

// sparseDepth is the number of rows of b at a time: as wide as the widest tile they stay in the first-level cache, also where they
// lie some power of two apart.
const sparseDepth = 64

// A sparseSpace is the scratch space of such products.
type sparseSpace[T Float] struct {
	rows    []T // of op(a), whole vectors, where they do not lie so in a
	values  []T
	offsets []int64
	counts  []int
	zero    []T
}

// skipsZeros reports whether a product is to pass over the zeros of a: there are tiles for that, enough work and enough zeros, and
// zero times any number of b is zero.
func (g *Gemm[T]) skipsZeros(a, b []T) bool {
	const rowsThatPay, vectorsThatPay, depthThatPays = 8, 9, 48
	return len(g.ops.sparse) > 0 && g.m >= rowsThatPay && g.n >= vectorsThatPay*g.ops.lanes && g.k >= depthThatPays &&
		zeroShare(a[:g.m*g.k]) >= 2./5 && g.finite(b[:g.k*g.n])
}

// finite reports whether all of b is finite, and so are some sums of it, in which what is not would stay.
func (g *Gemm[T]) finite(b []T) bool {
	n := g.ops.lanes
	sums := g.start[:n] // which no panel has begun to use
	vectors[T]().columnSumsOf(sums, b[:len(b)/n*n])
	return finite(sums) && finite(b[len(b)/n*n:])
}

// tiledSparse sets the whole vectors of c's columns, and returns how many columns these are.
func (g *Gemm[T]) tiledSparse(a, b, c []T, e gemmEnds[T]) (columns int) {
	lanes, widest, size := g.ops.lanes, len(g.ops.sparse), sizeOf[T]()
	list := sparseDepth + lanes
	if len(g.sparse.counts) < g.m {
		g.sparse.counts, g.sparse.values, g.sparse.offsets = make([]int, g.m), Aligned[T](g.m*list), make([]int64, (g.m*list*size+7)/8)
	}
	if g.sparse.zero == nil {
		g.sparse.zero = Aligned[T](widest * lanes)
	}
	rows, ars := g.wholeRows(a)
	brs := g.n
	if g.transB {
		brs = widest * lanes
	}
	vectors := g.n / lanes
	panels := (vectors + widest - 1) / widest
	for p := 0; p < g.k; p += sparseDepth {
		depth := min(sparseDepth, g.k-p)
		g.ops.factors(g.m, (depth+lanes-1)/lanes, &rows[p], ars*size, brs*size, &g.sparse.values[0], &g.sparse.offsets[0], list*size, &g.sparse.counts[0])
		columns = 0
		for panel := range panels {
			j, wide := columns, (vectors+panel)/panels // all nearly of one width
			columns += wide * lanes
			from := b[p*g.n+j:]
			if g.transB {
				from = g.panel
				g.pack(b, j, p, wide*lanes, brs, depth)
			}
			init, irs := &g.sparse.zero[0], 0
			switch {
			case e.add || p > 0:
				init, irs = &c[j], g.n
			case e.bias != nil:
				init = &e.bias[j]
			}
			g.ops.sparse[wide-1](g.m, &g.sparse.counts[0], &g.sparse.values[0], &g.sparse.offsets[0], list*size, &from[0],
				init, irs*size, &c[j], g.n*size, e.relu && p+depth == g.k)
		}
	}
	return columns
}

// wholeRows are the rows of op(a), stride apart and zero up to whole vectors.
func (g *Gemm[T]) wholeRows(a []T) (rows []T, stride int) {
	lanes := g.ops.lanes
	stride = (g.k + lanes - 1) / lanes * lanes
	if !g.transA && stride == g.k {
		return a, stride
	}
	if len(g.sparse.rows) < g.m*stride {
		g.sparse.rows = Aligned[T](g.m * stride)
	}
	rows = g.sparse.rows[:g.m*stride]
	if g.transA {
		transpose(g.k, g.m, a, g.m, rows, stride)
	}
	for i := range g.m {
		row := rows[i*stride:][:stride]
		if !g.transA {
			copy(row, a[i*g.k:])
		}
		clear(row[g.k:])
	}
	return rows, stride
}
