package kernel

// Where much of a is zero, as behind a relu, a product passes over the zeros: it is done by rows, each with the bits of its own factors
// that are not zero. In a tile of several rows a row of b would be left out only where all of them have a zero.

// nonzeroKernel sets, for each of m rows of n vectors of a, at most 64 numbers, the bits of those that are not zero.
type nonzeroKernel[T Float] func(m, n int, a *T, ars int, masks *uint64)

// sparseDepth is the number of rows of b at a time, as many as a mask has bits: as wide as the widest tile they stay in the first-level
// cache, if they do not lie too many bytes apart.
const sparseDepth = 64

// A sparseSpace is the scratch space of products by rows, and of those that are asked for in some places.
type sparseSpace[T Float] struct {
	rows  []T // of op(a), whole vectors, where they do not lie so in a
	masks []uint64
	zero  []T
	dots  []T
}

// masks are a mask for each row.
func (g *Gemm[T]) masks() []uint64 {
	if len(g.sparse.masks) < g.m {
		g.sparse.masks = make([]uint64, g.m)
	}
	return g.sparse.masks[:g.m]
}

// setNonzero sets the masks of rows of some numbers, at most sparseDepth, in whole vectors from x on.
func (g *Gemm[T]) setNonzero(masks []uint64, x []T, stride, numbers int) {
	lanes := g.ops.lanes
	g.ops.nonzero(g.m, (numbers+lanes-1)/lanes, &x[0], stride*sizeOf[T](), &masks[0])
}

// skipsZeros reports whether a product is to pass over the zeros of a: there are tiles for that, enough work and enough zeros, and
// zero times any number of b is zero.
func (g *Gemm[T]) skipsZeros(a, b []T) bool {
	const rowsThatPay, depthThatPays, bytesThatPay, manyBytes = 8, 48, 256, 512
	zeros, width := 2./5, g.n*sizeOf[T]()
	if width >= manyBytes {
		zeros = 1. / 4
	}
	return len(g.ops.sparse.tiles) > 0 && g.m >= rowsThatPay && width >= bytesThatPay && g.k >= depthThatPays &&
		zeroShare(a[:g.m*g.k]) >= zeros && g.isFinite(b)
}

// SecondChanged says that b is another one, or has other numbers. Once it has been called, b changes only with a call, and a product
// remembers whether b is finite, so that zeros of a may be passed over. Without it each product looks at b, but those of few rows do
// not, for which that would take as long as the product.
func (g *Gemm[T]) SecondChanged() { g.second = secondNew }

// What is known of b.
const (
	secondAny       = iota // it may change at any time
	secondNew              // it has changed
	secondFinite           // all of it is finite
	secondNotFinite        // some of it is not, or so large that sums of it are not
)

// isFinite reports whether all of b is finite.
func (g *Gemm[T]) isFinite(b []T) bool {
	switch g.second {
	case secondFinite, secondNotFinite:
		return g.second == secondFinite
	case secondNew:
		g.second = secondNotFinite
		if g.looksFinite(b[:g.k*g.n]) {
			g.second = secondFinite
		}
		return g.second == secondFinite
	}
	return g.looksFinite(b[:g.k*g.n])
}

// looksFinite reports whether b is finite, and so are some sums of it, in which what is not would stay.
func (g *Gemm[T]) looksFinite(b []T) bool {
	n := g.ops.lanes
	if len(g.ops.tiles[0]) == 0 {
		return finite(b)
	}
	sums := g.start[:n] // which no panel has begun to use
	vectors[T]().columnSumsOf(sums, b[:len(b)/n*n])
	return finite(sums) && finite(b[len(b)/n*n:])
}

// liesBadly reports whether rows of b are to be copied before they are read, each as often as c has rows: where many of them compete
// for the same few lines of the first-level cache, which a line's address picks by its bits below 4096, and where vectors of some rows
// lie across two lines.
func (g *Gemm[T]) liesBadly() bool {
	const fewLines = 1024
	return g.n*sizeOf[T]()%fewLines == 0 || g.n%g.ops.lanes > 0
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
