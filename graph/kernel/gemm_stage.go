package kernel

// Where the columns of x become known one by one, as they do when an autoregressive network is inverted, a masked product need not be
// computed again for each of them: it is done in stages, a degree each, and a stage computes what no stage before it could.

// A gemmStage is what one degree asks for.
type gemmStage struct {
	columns []Span // of c: those of the degree
	inner   []Span // rows of b of that degree or a lower one
}

// DenseOf is Dense, of a product Masked without transposes, for the columns of c of one degree. The columns of a that have this degree or
// a lower one must be known, others finite where degrees are not in order. Columns of c beside those asked for may be set too: those
// of a lower degree to what they are, those of a higher one to something that their own stage replaces.
func (g *Gemm[T]) DenseOf(degree int, a, b, bias, c []T, relu bool) {
	stage := g.stageOf(degree)
	e := gemmEnds[T]{bias: bias, relu: relu}
	for _, columns := range stage.columns {
		if len(stage.inner) == 0 || len(g.ops.tiles[0]) == 0 {
			g.portableColumns(columns, stage.inner, a, b, c, e)
			continue
		}
		for j, width := columns.From, 0; j < columns.To; j += width {
			var tiles []gemmTile[T]
			tiles, width = g.ops.tilesFor(columns.To - j)
			g.tiledPanel(tiles, width, a, b, c, j, stage.inner, g.whole[1:], e)
		}
	}
}

// ColumnsOf are the columns of c of a degree, of a Masked product.
func (g *Gemm[T]) ColumnsOf(degree int) []Span { return g.stageOf(degree).columns }

func (g *Gemm[T]) stageOf(degree int) gemmStage {
	m := g.mask
	stage, known := m.stages[degree]
	if !known {
		const shortest = 8 // as partsOf has it
		stage = gemmStage{
			columns: Spans(g.n, 1, func(j int) bool { return m.degrees[j] == degree }),
			inner:   Spans(g.k, shortest, func(p int) bool { return m.inner[p] <= degree }),
		}
		m.stages[degree] = stage
	}
	return stage
}

// portableColumns sets some columns of c from some rows of b, in plain Go.
func (g *Gemm[T]) portableColumns(columns Span, inner []Span, a, b, c []T, e gemmEnds[T]) {
	for i := range g.m {
		row, a := c[i*g.n:][columns.From:columns.To], a[i*g.k:][:g.k]
		copy(row, e.bias[columns.From:columns.To])
		for _, part := range inner {
			for p := part.From; p < part.To; p++ {
				addMultiple(row, b[p*g.n+columns.From:], a[p])
			}
		}
		if e.relu {
			Relu(row)
		}
	}
}
