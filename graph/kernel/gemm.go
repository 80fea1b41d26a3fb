package kernel

import (
	"gonum.org/v1/gonum/blas"
	gonum "gonum.org/v1/gonum/blas/gonum"
)

// Gemm is a matrix product of fixed shape, row-major: c = op(a)·op(b), op(a) m×k and op(b) k×n, op the transpose where
// asked. It holds scratch space: one value a goroutine.
//
// b is packed, a panel of two vectors' width at a time; a and c are used where they are (Goto & van de Geijn 2008,
// ACM TOMS 34, without their packing of a, which our small k does not repay).
type Gemm[T Float] struct {
	transA, transB bool
	m, n, k        int
	ops            gemmKernels[T]
	panel, edge    []T
}

// gemmKernels are the inner tiles, tallest first. Without tiles gonum does the work.
type gemmKernels[T Float] struct {
	name  string
	lanes int
	tiles []gemmTile[T]
}

// gemmTile is rows×2·lanes of c = a·b, or with add c += a·b. Element (i, p) of a is at i·ars + p·acs bytes, row p of b at
// p·brs and row i of c at i·crs.
type gemmTile[T Float] struct {
	rows int
	run  func(k int, a *T, ars, acs int, b *T, brs int, c *T, crs int, add bool)
}

// panelDepth is the number of rows of b in a packed panel: it stays in the first-level cache.
const panelDepth = 256

var (
	gemms64 = allGemms64()
	gemms32 = allGemms32()
)

// NewGemm prepares a product.
func NewGemm[T Float](transA, transB bool, m, n, k int) *Gemm[T] {
	var ops any = gemms64[0]
	if _, ok := any(T(0)).(float32); ok {
		ops = gemms32[0]
	}
	return newGemm(transA, transB, m, n, k, ops.(gemmKernels[T]))
}

func newGemm[T Float](transA, transB bool, m, n, k int, ops gemmKernels[T]) *Gemm[T] {
	g := &Gemm[T]{transA: transA, transB: transB, m: m, n: n, k: k, ops: ops}
	if len(ops.tiles) > 0 {
		width := 2 * ops.lanes
		g.panel = make([]T, min(k, panelDepth)*width)
		g.edge = make([]T, ops.tiles[0].rows*width)
	}
	return g
}

// Run sets c, or with add adds to it.
func (g *Gemm[T]) Run(a, b, c []T, add bool) {
	switch {
	case g.m == 0 || g.n == 0:
	case g.k == 0:
		if !add {
			clear(c[:g.m*g.n])
		}
	case len(g.ops.tiles) == 0:
		g.portable(a, b, c, add)
	default:
		g.tiled(a, b, c, add)
	}
}

func (g *Gemm[T]) tiled(a, b, c []T, add bool) {
	width := 2 * g.ops.lanes
	for j := 0; j < g.n; j += width {
		w := min(width, g.n-j)
		for p := 0; p < g.k; p += panelDepth {
			depth := min(panelDepth, g.k-p)
			// a few rows do not repay packing b
			if !g.transB && g.m < 6 {
				if w == width {
					g.column(a, b[p*g.n+j:], g.n, c, j, p, w, depth, add || p > 0)
				} else {
					g.narrow(a, b, c, j, p, w, depth, add || p > 0)
				}
				continue
			}
			g.pack(b, j, p, w, depth)
			g.column(a, g.panel, width, c, j, p, w, depth, add || p > 0)
		}
	}
}

// column multiplies all rows of a by one panel of b, whose rows are stride apart.
func (g *Gemm[T]) column(a, b []T, stride int, c []T, j, p, w, depth int, add bool) {
	size := sizeOf[T]()
	width := 2 * g.ops.lanes
	ars, acs, at := g.k, 1, p
	if g.transA {
		ars, acs, at = 1, g.m, p*g.m
	}
	i := 0
	for _, t := range g.ops.tiles {
		for ; i+t.rows <= g.m; i += t.rows {
			if w == width {
				t.run(depth, &a[at+i*ars], ars*size, acs*size, &b[0], stride*size, &c[i*g.n+j], g.n*size, add)
				continue
			}
			t.run(depth, &a[at+i*ars], ars*size, acs*size, &b[0], stride*size, &g.edge[0], width*size, false)
			g.copyEdge(t.rows, c[i*g.n+j:], w, add)
		}
	}
}

// sizeOf is the number of bytes of a T.
func sizeOf[T Float]() int {
	if _, ok := any(T(0)).(float32); ok {
		return 4
	}
	return 8
}

// copyEdge moves the first w columns of a finished tile to c.
func (g *Gemm[T]) copyEdge(rows int, c []T, w int, add bool) {
	width := 2 * g.ops.lanes
	for i := range rows {
		from, to := g.edge[i*width:][:w], c[i*g.n:][:w]
		if !add {
			copy(to, from)
			continue
		}
		for j, v := range from {
			to[j] += v
		}
	}
}

// pack copies rows p…p+depth, columns j…j+w of op(b) into the panel, zeros beside them.
func (g *Gemm[T]) pack(b []T, j, p, w, depth int) {
	width := 2 * g.ops.lanes
	if w < width {
		clear(g.panel[:depth*width])
	}
	if !g.transB {
		for r := range depth {
			copy(g.panel[r*width:r*width+w], b[(p+r)*g.n+j:])
		}
		return
	}
	for col := range w {
		row := b[(j+col)*g.k+p:][:depth]
		to := g.panel[col:]
		for r, v := range row {
			to[r*width] = v
		}
	}
}

// narrow is the product of a few rows with columns that do not fill a panel.
func (g *Gemm[T]) narrow(a, b, c []T, j, p, w, depth int, add bool) {
	ars, acs := g.k, 1
	if g.transA {
		ars, acs = 1, g.m
	}
	for i := range g.m {
		to := c[i*g.n+j:][:w]
		if !add {
			clear(to)
		}
		for r := p; r < p+depth; r++ {
			v := a[i*ars+r*acs]
			for q, x := range b[r*g.n+j:][:w] {
				to[q] += v * x
			}
		}
	}
}

func (g *Gemm[T]) portable(a, b, c []T, add bool) {
	lda, ldb, beta := g.k, g.n, T(0)
	ta, tb := blas.NoTrans, blas.NoTrans
	if g.transA {
		ta, lda = blas.Trans, g.m
	}
	if g.transB {
		tb, ldb = blas.Trans, g.k
	}
	if add {
		beta = 1
	}
	switch a := any(a).(type) {
	case []float64:
		gonum.Implementation{}.Dgemm(ta, tb, g.m, g.n, g.k, 1, a, lda, any(b).([]float64), ldb, float64(beta), any(c).([]float64), g.n)
	case []float32:
		gonum.Implementation{}.Sgemm(ta, tb, g.m, g.n, g.k, 1, a, lda, any(b).([]float32), ldb, float32(beta), any(c).([]float32), g.n)
	}
}
