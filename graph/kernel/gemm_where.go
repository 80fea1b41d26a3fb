package kernel

// What a relu lets through of g·wᵀ is asked for where its unit is positive, often in half of the places. Each such number is a dot product
// of rows as they lie: nothing is transposed, and nothing computed that is not asked for.

// A whereKernel sets, or with add adds to, for each of m rows of a and each bit of the row's mask, the sum of the row's first n
// vectors times those of that row of b: a row's sums one after the other, up to whole groups of dotsAtATime, those of rows list
// bytes apart.
type whereKernel[T Float] func(m, n int, masks *uint64, a *T, ars int, b *T, brs int, dots *T, list int, add bool)

// A spreadKernel writes such sums to the places of their bits in rows of c.
type spreadKernel[T Float] func(m int, masks *uint64, dots *T, list int, c *T, crs int)

const (
	dotsAtATime = 8
	dotsList    = sparseDepth + dotsAtATime
	// dotsBytes are taken of a row of b at a time: of sparseDepth rows they stay in the first-level cache.
	dotsBytes = 384
)

// asksForFew reports whether a product is to be done in the places alone where y is not zero: rows lie as dot products need them,
// and these are long enough and few enough.
func (g *Gemm[T]) asksForFew(y []T) bool {
	const rowsThatPay, bytesThatPay = 8, 1024
	lanes := g.ops.lanes
	return g.ops.where != nil && g.transB && !g.transA && g.m >= rowsThatPay && g.n%lanes == 0 && g.k%lanes == 0 &&
		g.k*sizeOf[T]() >= bytesThatPay && zeroShare(y[:g.m*g.n]) >= 2./5
}

// dotsWhere sets c = a·bᵀ where y is not zero, and zero elsewhere.
func (g *Gemm[T]) dotsWhere(y, a, b, c []T) {
	if len(g.sparse.dots) < g.m*dotsList {
		g.sparse.dots = Aligned[T](g.m * dotsList)
	}
	clear(c[:g.m*g.n])
	size, vectors := sizeOf[T](), g.k/g.ops.lanes
	blocks := (g.k*size + dotsBytes - 1) / dotsBytes
	for p := 0; p < g.n; p += sparseDepth {
		masks := g.masks()
		g.setNonzero(masks, y[p:], g.n, min(sparseDepth, g.n-p))
		at := 0
		for block := range blocks {
			wide := (vectors + block) / blocks // all nearly of one width
			g.ops.where(g.m, wide, &masks[0], &a[at], g.k*size, &b[p*g.k+at], g.k*size, &g.sparse.dots[0], dotsList*size, block > 0)
			at += wide * g.ops.lanes
		}
		g.ops.spread(g.m, &masks[0], &g.sparse.dots[0], dotsList*size, &c[p], g.n*size)
	}
}
