package kernel

// Gemm is a matrix product of fixed shape, row-major: c = op(a)·op(b), op(a) m×k and op(b) k×n, op the transpose where
// asked. It holds scratch space: one value a goroutine.
//
// b is taken a panel of two vectors' width at a time: where it lies if its rows are those of op(b), packed otherwise (Goto
// & van de Geijn 2008, ACM TOMS 34, without their packing of a, which our small k does not repay).
type Gemm[T Float] struct {
	transA, transB bool
	m, n, k        int
	ops            gemmKernels[T]
	whole          [2]Span    // all of the inner axis, and of c's rows
	mask           *gemmMask  // see Masked; nil: nothing is passed over
	blocks         []rowBlock // of products by rows; nil before the first
	second         int        // what is known of b, see SecondChanged
	*GemmSpace[T]
}

// A GemmSpace is the scratch space of products that do not run at one time.
type GemmSpace[T Float] struct {
	panel, edge []T
	start       []T   // what a row of the panel's columns starts from: zeros, or a bias
	rows        []int // of the portable product: the rows of b that count, and their factors
	factors     []T
	columns     []int // of the portable product: the columns of c that are asked for
	sparse      sparseSpace[T]
}

// gemmKernels are the inner tiles of 1, 2, 3 … rows, two vectors wide, one, and, where a set has them, half of one. Without tiles
// portable does the work.
type gemmKernels[T Float] struct {
	lanes int
	tiles [3][]gemmTile[T]

	nonzero nonzeroKernel[T]
	sparse  rowTiles[T]    // without any, no zeros are passed over
	few     rowTiles[T]    // for products of few rows; without any, tiles do them
	where   whereKernel[T] // nil: what is not asked for is computed too
	spread  spreadKernel[T]
}

// gemmTile is some tiles of rows×(1 or 2)·lanes of c = init + a·b, one below the other, or with relu its positive part. Element (i, p)
// of a is at i·ars + p·acs bytes, row p of b at p·brs, row i of init at i·irs and row i of c at i·crs.
type gemmTile[T Float] func(tiles, k int, a *T, ars, acs int, b *T, brs int, init *T, irs int, c *T, crs int, relu bool)

// panelDepth is the number of rows of b in a panel: it stays in the first-level cache.
const panelDepth = 256

// NewGemm prepares a product with scratch space of its own.
func NewGemm[T Float](transA, transB bool, m, n, k int) *Gemm[T] {
	return new(GemmSpace[T]).Gemm(transA, transB, m, n, k)
}

// Gemm prepares a product that uses this space.
func (s *GemmSpace[T]) Gemm(transA, transB bool, m, n, k int) *Gemm[T] {
	return newGemm(transA, transB, m, n, k, chosen[T]().gemm, s)
}

func newGemm[T Float](transA, transB bool, m, n, k int, ops gemmKernels[T], s *GemmSpace[T]) *Gemm[T] {
	if len(ops.tiles[0]) > 0 && s.panel == nil {
		width := 2 * ops.lanes
		s.panel = Aligned[T](max(panelDepth*width, sparseDepth*max(ops.sparse.widest(), ops.few.widest())))
		s.edge = Aligned[T](max(len(ops.tiles[0]), len(ops.tiles[1])) * width)
		s.start = Aligned[T](width)
	}
	return &Gemm[T]{transA: transA, transB: transB, m: m, n: n, k: k, ops: ops, whole: [2]Span{{0, k}, {0, m}}, GemmSpace: s}
}

// Run sets c = op(a)·op(b), or with add adds the product to c.
func (g *Gemm[T]) Run(a, b, c []T, add bool) { g.run(a, b, c, gemmEnds[T]{add: add}) }

// Dense sets c = op(a)·op(b) + bias, a bias a column, or with relu the positive part of that.
func (g *Gemm[T]) Dense(a, b, bias, c []T, relu bool) {
	g.run(a, b, c, gemmEnds[T]{bias: bias, relu: relu})
}

// Where sets c = op(a)·op(b) where y is positive, and zero elsewhere: with y = relu(…), the gradient that the relu lets through.
func (g *Gemm[T]) Where(y, a, b, c []T) { g.run(a, b, c, gemmEnds[T]{where: y}) }

// gemmEnds is what a product starts from (c itself, a bias, or zero), what is done to it at the end, and where it is asked for, if
// not everywhere.
type gemmEnds[T Float] struct {
	add   bool
	bias  []T
	relu  bool
	where []T
}

func (g *Gemm[T]) run(a, b, c []T, e gemmEnds[T]) {
	switch {
	case g.m == 0 || g.n == 0:
	case g.k == 0:
		g.begin(c, e)
		g.end(c, e)
	case len(g.ops.tiles[0]) == 0:
		g.portable(a, b, c, e)
	case e.where != nil && g.asksForFew(e.where):
		g.dotsWhere(e.where, a, b, c)
	default:
		g.tiled(a, b, c, e)
	}
	if e.where != nil {
		ReluSlope(c[:g.m*g.n], e.where[:g.m*g.n], c)
	}
}

func (g *Gemm[T]) tiled(a, b, c []T, e gemmEnds[T]) {
	first := 0
	if g.mask != nil && g.mask.rows && !e.add {
		clear(c[:g.m*g.n])
	}
	switch {
	case g.hasFewRows():
		first = g.byRows(g.ops.few, a, b, c, e)
	case g.skipsZeros(a, b):
		first = g.byRows(g.ops.sparse, a, b, c, e)
	}
	for j, width := first, 0; j < g.n; j += width {
		var tiles []gemmTile[T]
		tiles, width = g.ops.tilesFor(g.n - j)
		inner, rows := g.parts(j, min(width, g.n-j))
		g.tiledPanel(tiles, width, a, b, c, j, inner, rows, e)
	}
}

// tiledPanel sets as many of c's columns as tiles are wide, from j on, in some of its rows, from some of the inner axis.
func (g *Gemm[T]) tiledPanel(tiles []gemmTile[T], width int, a, b, c []T, j int, inner, rows []Span, e gemmEnds[T]) {
	w := min(width, g.n-j)
	clear(g.start)
	if e.bias != nil {
		copy(g.start, e.bias[j:j+w])
	}
	for n, part := range inner {
		for p := part.From; p < part.To; p += panelDepth {
			depth := min(panelDepth, part.To-p)
			first, last := n == 0 && p == part.From, n == len(inner)-1 && p+depth == part.To
			piece := gemmEnds[T]{add: e.add || !first, relu: e.relu && last}
			from, stride := g.panel, width
			if !g.transB && w == width {
				from, stride = b[p*g.n+j:], g.n
			} else {
				g.pack(b, j, p, w, width, depth)
			}
			for _, part := range rows {
				g.column(tiles, width, a, from, stride, c, j, p, w, depth, part, piece)
			}
		}
	}
}

// tilesFor are the tiles for the next of some columns that are left, and their width: the widest ones into whose last part the columns
// reach, a part being as wide as the narrowest tiles.
func (k *gemmKernels[T]) tilesFor(columns int) (tiles []gemmTile[T], width int) {
	half := 0
	if len(k.tiles[2]) > 0 {
		half = k.lanes / 2
	}
	switch {
	case columns > k.lanes+half:
		return k.tiles[0], 2 * k.lanes
	case columns > half:
		return k.tiles[1], k.lanes
	default:
		return k.tiles[2], half
	}
}

// column multiplies some rows of a by one panel of b, width numbers wide, whose rows are stride apart.
func (g *Gemm[T]) column(tiles []gemmTile[T], width int, a, b []T, stride int, c []T, j, p, w, depth int, part Span, e gemmEnds[T]) {
	size := sizeOf[T]()
	ars, acs, at := g.k, 1, p
	if g.transA {
		ars, acs, at = 1, g.m, p*g.m
	}
	for i := part.From; i < part.To; {
		rows, n := heights(len(tiles), part.To-i)
		to, crs := &c[i*g.n+j], g.n*size
		if w < width {
			n = 1
			to, crs = &g.edge[0], width*size
			if e.add {
				g.copyEdge(rows, width, c[i*g.n+j:], w, false)
			}
		}
		init, irs := &g.start[0], 0
		if e.add {
			init, irs = to, crs
		}
		tiles[rows-1](n, depth, &a[at+i*ars], ars*size, acs*size, &b[0], stride*size, init, irs, to, crs, e.relu)
		if w < width {
			g.copyEdge(rows, width, c[i*g.n+j:], w, true)
		}
		i += n * rows
	}
}

// heights are the height of the next tiles, of at most `most` rows, where so many rows are left, and their number: as many as there
// are of the greatest, but the rest and one of these in two halves, because a tile of few rows waits for each product.
func heights(most, rest int) (rows, tiles int) {
	switch {
	case rest <= most:
		return rest, 1
	case rest%most == 0:
		return most, rest / most
	case rest < 2*most:
		return (rest + 1) / 2, 1
	default:
		return most, rest/most - 1
	}
}

// copyEdge copies the first w columns of a tile from c into the edge, or out of it.
func (g *Gemm[T]) copyEdge(rows, width int, c []T, w int, out bool) {
	for i := range rows {
		edge, row := g.edge[i*width:][:w], c[i*g.n:][:w]
		if out {
			edge, row = row, edge
		}
		copy(edge, row)
	}
}

// pack copies rows p…p+depth, columns j…j+w of op(b) into the panel, whose rows are width long, zeros beside them.
func (g *Gemm[T]) pack(b []T, j, p, w, width, depth int) {
	if w < width {
		clear(g.panel[:depth*width])
	}
	if !g.transB {
		for r := range depth {
			copy(g.panel[r*width:r*width+w], b[(p+r)*g.n+j:])
		}
		return
	}
	transpose(w, depth, b[j*g.k+p:], g.k, g.panel, width)
}

func (g *Gemm[T]) begin(c []T, e gemmEnds[T]) {
	switch {
	case e.bias != nil:
		for i := range g.m {
			copy(c[i*g.n:(i+1)*g.n], e.bias)
		}
	case !e.add:
		clear(c[:g.m*g.n])
	}
}

func (g *Gemm[T]) end(c []T, e gemmEnds[T]) {
	if e.relu {
		Relu(c[:g.m*g.n])
	}
}
