package kernel

// Where much of a is zero, as behind a relu, a product may pass over the zeros: it is done two rows of c at a time, of each some vectors,
// and takes for each of the two the rows of b that belong to its own numbers that are not zero. In a tile of several rows a row of b
// would be left out only where all of them have a zero.
//
// A row adds its products in the order of op(b)'s rows, as it does in a tile: it has the same bits alone, among rows enough for zeros
// to be passed over, and whatever row it is paired with.

// nonzeroKernel sets, for each of m rows of n vectors of a, at most 64 numbers, the bits of those that are not zero.
type nonzeroKernel[T Float] func(m, n int, a *T, ars int, masks *uint64)

// A sparseTile is pairs of rows of some vectors' width of c = init + a·b, or with relu its positive part, of the factors of a whose bits
// are set; a row's are next bytes after those of the row before it. Rows of init and c are irs and crs bytes apart.
type sparseTile[T Float] func(pairs int, masks *uint64, next int, a *T, ars int, b *T, brs int, init *T, irs int, c *T, crs int, relu bool)

// sparseDepth is the number of rows of b at a time, as many as a mask has bits: as wide as the widest tile they stay in the first-level
// cache, if they do not lie too many bytes apart.
const sparseDepth = 64

// A sparseSpace is the scratch space of such products, and of those that are asked for in some places.
type sparseSpace[T Float] struct {
	rows  []T // of op(a), whole vectors, where they do not lie so in a
	masks []uint64
	zero  []T
	dots  []T
}

// masksOf are the bits of rows of some numbers, at most sparseDepth, in whole vectors from x on.
func (g *Gemm[T]) masksOf(x []T, stride, numbers int) []uint64 {
	if len(g.sparse.masks) < g.m {
		g.sparse.masks = make([]uint64, g.m)
	}
	lanes := g.ops.lanes
	g.ops.nonzero(g.m, (numbers+lanes-1)/lanes, &x[0], stride*sizeOf[T](), &g.sparse.masks[0])
	return g.sparse.masks[:g.m]
}

// skipsZeros reports whether a product is to pass over the zeros of a: there are tiles for that, enough work and enough zeros, and
// zero times any number of b is zero.
func (g *Gemm[T]) skipsZeros(a, b []T) bool {
	const rowsThatPay, depthThatPays, bytesThatPay, manyBytes = 8, 48, 256, 512
	zeros, width := 2./5, g.n*sizeOf[T]()
	if width >= manyBytes {
		zeros = 1. / 4
	}
	return len(g.ops.sparse) > 0 && g.m >= rowsThatPay && width >= bytesThatPay && g.k >= depthThatPays &&
		zeroShare(a[:g.m*g.k]) >= zeros && g.finite(b[:g.k*g.n])
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
	lanes, widest := g.ops.lanes, len(g.ops.sparse)
	if g.sparse.zero == nil {
		g.sparse.zero = Aligned[T](widest * lanes)
	}
	rows, ars := g.wholeRows(a)
	brs := g.n
	packs := g.transB || g.liesBadly()
	if packs {
		brs = widest * lanes
	}
	vectors := g.n / lanes
	panels := (vectors + widest - 1) / widest
	for p := 0; p < g.k; p += sparseDepth {
		depth := min(sparseDepth, g.k-p)
		masks := g.masksOf(rows[p:], ars, depth)
		columns = 0
		for panel := range panels {
			j, wide := columns, (vectors+panel)/panels // all nearly of one width
			columns += wide * lanes
			from := b[p*g.n+j:]
			if packs {
				from = g.panel
				g.pack(b, j, p, wide*lanes, brs, depth)
			}
			init, irs := g.sparse.zero, 0
			switch {
			case e.add || p > 0:
				init, irs = c[j:], g.n
			case e.bias != nil:
				init = e.bias[j:]
			}
			g.sparsePanel(g.ops.sparse[wide-1], masks, rows[p:], ars, from, brs, init, irs, c[j:], e.relu && p+depth == g.k)
		}
	}
	return columns
}

// liesBadly reports whether rows of b are to be copied before they are read, each as often as c has rows: where many of them compete
// for the same few lines of the first-level cache, which a line's address picks by its bits below 4096, and where vectors of some rows
// lie across two lines.
func (g *Gemm[T]) liesBadly() bool {
	const fewLines = 1024
	return g.n*sizeOf[T]()%fewLines == 0 || g.n%g.ops.lanes > 0
}

// sparsePanel does all rows of a panel, strides in numbers. A row that is left over is a pair of itself.
func (g *Gemm[T]) sparsePanel(tile sparseTile[T], masks []uint64, a []T, ars int, b []T, brs int, init []T, irs int, c []T, relu bool) {
	const next = 8
	size, last := sizeOf[T](), g.m-1
	if pairs := g.m / 2; pairs > 0 {
		tile(pairs, &masks[0], next, &a[0], ars*size, &b[0], brs*size, &init[0], irs*size, &c[0], g.n*size, relu)
	}
	if g.m%2 > 0 {
		tile(1, &masks[last], 0, &a[last*ars], 0, &b[0], brs*size, &init[last*irs], 0, &c[last*g.n], 0, relu)
	}
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
