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

// A sparseBlock is what some sparseDepth rows of op(b) are for: panels of c, in vectors of its columns, that they add to, and those that
// they leave alone, as a mask has it.
type sparseBlock struct{ added, left []Span }

// sparseBlocks are all of op(b)'s.
func (g *Gemm[T]) sparseBlocks() []sparseBlock {
	vectors, widest := g.n/g.ops.lanes, len(g.ops.sparse)
	if g.mask != nil && g.mask.rows { // of narrower panels fewer rows are kept
		widest = min(widest, (vectors+1)/2)
	}
	blocks := make([]sparseBlock, (g.k+sparseDepth-1)/sparseDepth)
	for i := range blocks {
		adds := func(v int) bool {
			return g.mask == nil || g.mask.adds(i*sparseDepth, sparseDepth, v*g.ops.lanes, g.ops.lanes)
		}
		blocks[i] = sparseBlock{panelsOf(vectors, widest, adds), panelsOf(vectors, widest, func(v int) bool { return !adds(v) })}
	}
	return blocks
}

// panelsOf cuts the runs of kept vectors into panels of nearly one width.
func panelsOf(vectors, widest int, kept func(v int) bool) (panels []Span) {
	for _, run := range Spans(vectors, 1, kept) {
		n := (run.Len() + widest - 1) / widest
		at := run.From
		for i := range n {
			to := at + (run.Len()+i)/n
			panels = append(panels, Span{at, to})
			at = to
		}
	}
	return panels
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
	if g.blocks == nil {
		g.blocks = g.sparseBlocks()
	}
	for i, block := range g.blocks {
		p := i * sparseDepth
		depth := min(sparseDepth, g.k-p)
		masks := g.masksOf(rows[p:], ars, depth)
		relu := e.relu && p+depth == g.k
		each := func(panels []Span, packs bool) {
			for _, panel := range panels {
				j := panel.From * lanes
				from := b[p*g.n+j:]
				if packs {
					from = g.panel
					g.pack(b, j, p, panel.Len()*lanes, brs, depth)
				}
				init, irs := g.sparse.zero, 0
				switch {
				case e.add || p > 0:
					init, irs = c[j:], g.n
				case e.bias != nil:
					init = e.bias[j:]
				}
				_, parts := g.parts(j, panel.Len()*lanes)
				for _, part := range parts {
					g.sparsePanel(panel, part, masks, rows[p:], ars, from, brs, init, irs, c[j:], relu)
				}
			}
		}
		each(block.added, packs)
		if len(block.left) > 0 && (p == 0 || relu) { // they begin or end all the same
			clear(masks)
			each(block.left, false)
		}
	}
	return g.n / lanes * lanes
}

// liesBadly reports whether rows of b are to be copied before they are read, each as often as c has rows: where many of them compete
// for the same few lines of the first-level cache, which a line's address picks by its bits below 4096, and where vectors of some rows
// lie across two lines.
func (g *Gemm[T]) liesBadly() bool {
	const fewLines = 1024
	return g.n*sizeOf[T]()%fewLines == 0 || g.n%g.ops.lanes > 0
}

// sparsePanel does some rows of a panel, strides in numbers. A row that is left over is a pair of itself.
func (g *Gemm[T]) sparsePanel(panel, part Span, masks []uint64, a []T, ars int, b []T, brs int, init []T, irs int, c []T, relu bool) {
	const next = 8
	tile, size := g.ops.sparse[panel.Len()-1], sizeOf[T]()
	first, last := part.From, part.To-1
	if pairs := part.Len() / 2; pairs > 0 {
		tile(pairs, &masks[first], next, &a[first*ars], ars*size, &b[0], brs*size, &init[first*irs], irs*size, &c[first*g.n], g.n*size, relu)
	}
	if part.Len()%2 > 0 {
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
