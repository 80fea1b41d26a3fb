package kernel

// Some products are done a row of c at a time, or two, of each some vectors, from the rows of b that belong to the row's factors that
// count: where much of a is zero (gemm_sparse.go), and where there are so few rows that a tile of them would wait for each product.
//
// A row adds its products in the order of op(b)'s rows, as it does in a tile: where its factors are finite it has the same bits alone,
// among rows enough for zeros to be passed over, and whatever row it is paired with.

// rowTiles are tiles of some rows each, 1, 2, 3 … vectors wide.
type rowTiles[T Float] struct {
	rows, lanes int
	tiles       []rowTile[T]
}

// A rowTile is so many tiles, one below the other, of c = init + a·b, or with relu its positive part, of the factors of a whose bits
// are set; a row's are next bytes after those of the row before it. Rows of init and c are irs and crs bytes apart.
type rowTile[T Float] func(tiles int, masks *uint64, next int, a *T, ars int, b *T, brs int, init *T, irs int, c *T, crs int, relu bool)

// widest is how many numbers the widest tile has in a row.
func (t rowTiles[T]) widest() int { return len(t.tiles) * t.lanes }

// hasFewRows reports whether a product has so few rows that tiles of them would wait for each product.
func (g *Gemm[T]) hasFewRows() bool {
	const few = 2
	return g.m <= few && g.n >= g.ops.few.lanes && len(g.ops.few.tiles) > 0 && !g.transA && !g.transB
}

// A rowBlock is what some sparseDepth rows of op(b) are for: panels of c, in vectors of its columns, that they add to, and those that
// they leave alone, as a mask has it.
type rowBlock struct{ added, left []Span }

// blocksFor are all of op(b)'s, for panels that tiles can do.
func (g *Gemm[T]) blocksFor(t rowTiles[T]) []rowBlock {
	vectors, widest := g.n/t.lanes, len(t.tiles)
	if g.mask != nil && g.mask.rows { // of narrower panels fewer rows are kept
		widest = min(widest, (vectors+1)/2)
	}
	blocks := make([]rowBlock, (g.k+sparseDepth-1)/sparseDepth)
	for i := range blocks {
		adds := func(v int) bool {
			return g.mask == nil || g.mask.adds(i*sparseDepth, sparseDepth, v*t.lanes, t.lanes)
		}
		blocks[i] = rowBlock{panelsOf(vectors, widest, adds), panelsOf(vectors, widest, func(v int) bool { return !adds(v) })}
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

// byRows sets the whole vectors of c's columns by such tiles, and returns how many columns these are.
func (g *Gemm[T]) byRows(t rowTiles[T], a, b, c []T, e gemmEnds[T]) (columns int) {
	if g.sparse.zero == nil {
		g.sparse.zero = Aligned[T](max(g.ops.sparse.widest(), g.ops.few.widest()))
	}
	if g.blocks == nil {
		g.blocks = g.blocksFor(t)
	}
	few, rows, ars := g.hasFewRows(), a, g.k
	// Few rows have all their factors taken, zeros too, unless it is known that zeros may be passed over: looking at b takes too long.
	all := few && (g.second == secondAny || g.k < g.ops.lanes || !g.isFinite(b))
	if !all {
		rows, ars = g.wholeRows(a)
	}
	packs, brs := !few && (g.transB || g.liesBadly()), g.n
	if packs {
		brs = t.widest()
	}
	for i, block := range g.blocks {
		p := i * sparseDepth
		depth := min(sparseDepth, g.k-p)
		masks := g.masks()
		if all {
			setAll(masks, depth)
		} else {
			g.setNonzero(masks, rows[p:], ars, depth)
		}
		relu := e.relu && p+depth == g.k
		each := func(panels []Span, packs bool) {
			for _, panel := range panels {
				j := panel.From * t.lanes
				from := b[p*g.n+j:]
				if packs {
					from = g.panel
					g.pack(b, j, p, panel.Len()*t.lanes, brs, depth)
				}
				init, irs := g.sparse.zero, 0
				switch {
				case e.add || p > 0:
					init, irs = c[j:], g.n
				case e.bias != nil:
					init = e.bias[j:]
				}
				_, parts := g.parts(j, panel.Len()*t.lanes)
				for _, part := range parts {
					g.rowPanel(t, panel.Len(), part, masks, rows[p:], ars, from, brs, init, irs, c[j:], relu)
				}
			}
		}
		each(block.added, packs)
		if len(block.left) > 0 && (p == 0 || relu) { // they begin or end all the same
			clear(masks)
			each(block.left, false)
		}
	}
	return g.n / t.lanes * t.lanes
}

// setAll sets so many bits of each mask.
func setAll(masks []uint64, bits int) {
	for row := range masks {
		masks[row] = ^uint64(0) >> (sparseDepth - bits)
	}
}

// rowPanel does some rows of a panel of some vectors, strides in numbers. A row that is left over where tiles have two is a pair of
// itself.
func (g *Gemm[T]) rowPanel(t rowTiles[T], vectors int, part Span, masks []uint64, a []T, ars int, b []T, brs int, init []T, irs int, c []T, relu bool) {
	const next = 8
	tile, size := t.tiles[vectors-1], sizeOf[T]()
	first, last := part.From, part.To-1
	if n := part.Len() / t.rows; n > 0 {
		tile(n, &masks[first], next, &a[first*ars], ars*size, &b[0], brs*size, &init[first*irs], irs*size, &c[first*g.n], g.n*size, relu)
	}
	if part.Len()%t.rows > 0 {
		tile(1, &masks[last], 0, &a[last*ars], 0, &b[0], brs*size, &init[last*irs], 0, &c[last*g.n], 0, relu)
	}
}
