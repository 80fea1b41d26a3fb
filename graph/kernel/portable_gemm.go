package kernel

// The product without tiles, in plain Go: two rows of c at a time, and
//   - where the rows of b are those of op(b), four of them at a time, each times one number of a;
//   - where they are its columns, b is transposed first, but for a few rows of c, which are dot products.
//
// Each number that is loaded serves two products, of which there are eight at a time: as many as a compiler keeps in sixteen
// registers together with their factors. More of them would be kept in memory, which takes longer.
//
// Where much of a is zero, as behind a relu, rows of b are taken for each row of c by itself, only those whose factor is not zero.
// Where much of c is not asked for, as in the gradient that a relu lets through, it is made of dot products too.
//
// Whichever of these ways is taken, products are added to a sum one by one in the order of op(b)'s rows, so a row of c has the same bits
// whatever rows are beside it: the way may hang on all of them.

// stripWidth is the number of columns of b at a time: four rows of them, and two of c, stay in the first-level cache.
const stripWidth = 512

func (g *Gemm[T]) portable(a, b, c []T, e gemmEnds[T]) {
	g.begin(c, e)
	const rowsThatPay, columnsThatPay = 8, 24 // for looking at all of b, and of a
	const rowsOfDots = 3                      // fewer than it takes for a transposition of b to pay
	switch a, b := a[:g.m*g.k], b[:g.k*g.n]; {
	case g.transB && !g.transA && (e.where != nil || g.m <= rowsOfDots):
		g.addDots(a, b, e.where, c)
	case g.m >= rowsThatPay && g.n >= columnsThatPay && zeroShare(a) >= 1./3 && g.isFinite(b):
		g.addSparse(a, b, c)
	default:
		if g.transB {
			b = g.transposed(b)
		}
		g.addDense(a, b, c)
	}
	g.end(c, e)
}

// zeroShare is how much of a is zero, by a sample.
func zeroShare[T Float](a []T) float64 {
	const sample = 256
	zeros, n := 0, 0
	for i := 0; i < len(a); i += len(a)/sample | 1 {
		zeros += 1 - notZero(a[i])
		n++
	}
	return float64(zeros) / float64(n)
}

// notZero is 1 where v is not zero and 0 where it is, without a jump.
func notZero[T Float](v T) (n int) {
	if v != 0 {
		n = 1
	}
	return n
}

// finite reports whether all of b is: zero times any of it is zero.
func finite[T Float](b []T) bool {
	var s0, s1, s2, s3 T
	for ; len(b) >= 4; b = b[4:] {
		s0 += b[0] * 0
		s1 += b[1] * 0
		s2 += b[2] * 0
		s3 += b[3] * 0
	}
	for _, v := range b {
		s0 += v * 0
	}
	return s0+s1+s2+s3 == 0
}

// addSparse adds the product to c, of a full of zeros and a finite b.
func (g *Gemm[T]) addSparse(a, b, c []T) {
	if g.transB {
		b = g.transposed(b)
	}
	ars, acs := g.strides()
	for i := range g.m {
		g.addToOne(i, g.factorsOf(a[i*ars:], acs), b, c)
	}
}

// addToOne adds to row i of c the rows of b that have been gathered, n of them, each times its factor.
func (g *Gemm[T]) addToOne(i, n int, b, c []T) {
	for j := 0; j < g.n; j += stripWidth {
		addMultiples(c[i*g.n+j:][:min(stripWidth, g.n-j)], b[j:], g.rows[:n], g.factors[:n])
	}
}

// addMultiples is c += Σ f[q]·b_q, of the rows of b that start at at[q].
func addMultiples[T Float](c, b []T, at []int, f []T) {
	for ; len(at) >= 4; at, f = at[4:], f[4:] {
		addFour(c, b, (*[4]int)(at), (*[4]T)(f))
	}
	for q, from := range at {
		addMultiple(c, b[from:], f[q])
	}
}

// factorsOf gathers the k numbers of a, stride apart, that are not zero, and where their rows of b start, and then what makes a
// multiple of four of them.
func (g *Gemm[T]) factorsOf(a []T, stride int) (n int) {
	rows, factors := g.factorSpace()
	at, row := 0, 0
	for range g.k {
		v := a[at]
		rows[n], factors[n] = row, v
		n += notZero(v)
		at += stride
		row += g.n
	}
	for ; n%4 > 0; n++ {
		rows[n], factors[n] = 0, 0
	}
	return n
}

// allFactorsOf gathers all k of them, zeros too.
func (g *Gemm[T]) allFactorsOf(a []T, stride int) (n int) {
	rows, factors := g.factorSpace()
	for p := range g.k {
		rows[p], factors[p] = p*g.n, a[p*stride]
	}
	return g.k
}

// factorSpace has room for the factors of a row, and for what makes a multiple of four of them.
func (g *Gemm[T]) factorSpace() (rows []int, factors []T) {
	if len(g.rows) < g.k+3 {
		g.rows, g.factors = make([]int, g.k+3), make([]T, g.k+3)
	}
	return g.rows, g.factors[:len(g.rows)]
}

// transposed is op(b) in scratch space, of b whose rows are the columns of op(b).
func (g *Gemm[T]) transposed(b []T) []T {
	if len(g.panel) < g.k*g.n {
		g.panel = Aligned[T](g.k * g.n)
	}
	transposeEach(g.n, g.k, b, g.k, g.panel, g.n)
	return g.panel
}

// strides are the distances in a between rows and between columns of op(a).
func (g *Gemm[T]) strides() (rows, cols int) {
	if g.transA {
		return 1, g.m
	}
	return g.k, 1
}

// addDense adds the product to c, two rows at a time, and by itself the last one of an odd number.
func (g *Gemm[T]) addDense(a, b, c []T) {
	for j := 0; j < g.n; j += stripWidth {
		for i := 0; i+1 < g.m; i += 2 {
			g.addToTwo(i, j, min(stripWidth, g.n-j), a, b, c)
		}
	}
	if last := g.m - 1; last%2 == 0 {
		ars, acs := g.strides()
		g.addToOne(last, g.allFactorsOf(a[last*ars:], acs), b, c)
	}
}

// addToTwo adds w columns of the product, from column j on, to rows i and i+1 of c.
func (g *Gemm[T]) addToTwo(i, j, w int, a, b, c []T) {
	ars, acs := g.strides()
	a, b = a[i*ars:], b[j:]
	four := func(at int) *[4]T { return &[4]T{a[at], a[at+acs], a[at+2*acs], a[at+3*acs]} }
	c0, c1, p := c[i*g.n+j:][:w], c[(i+1)*g.n+j:][:w], 0
	for ; p+4 <= g.k; p += 4 {
		addFourToTwo(c0, c1, b[p*g.n:], g.n, four(p*acs), four(ars+p*acs))
	}
	for ; p < g.k; p++ {
		addMultiple(c0, b[p*g.n:], a[p*acs])
		addMultiple(c1, b[p*g.n:], a[ars+p*acs])
	}
}

// addFourToTwo is c0 += Σ f[q]·b_q, c1 += Σ g[q]·b_q, of four rows of b, stride apart.
func addFourToTwo[T Float](c0, c1, b []T, stride int, f, g *[4]T) {
	n := len(c0)
	c1, b0, b1, b2, b3 := c1[:n], b[:n], b[stride:][:n], b[2*stride:][:n], b[3*stride:][:n]
	f0, f1, f2, f3 := f[0], f[1], f[2], f[3]
	g0, g1, g2, g3 := g[0], g[1], g[2], g[3]
	for j := range c0 {
		x, y := b0[j], b1[j]
		s, t := c0[j]+f0*x+f1*y, c1[j]+g0*x+g1*y
		x, y = b2[j], b3[j]
		c0[j], c1[j] = s+f2*x+f3*y, t+g2*x+g3*y
	}
}

// addFour is addMultiples of four rows, two columns at a time: a longer sum, or a single one, waits for its own parts.
func addFour[T Float](c, b []T, at *[4]int, f *[4]T) {
	n := len(c)
	b0, b1, b2, b3 := b[at[0]:][:n], b[at[1]:][:n], b[at[2]:][:n], b[at[3]:][:n]
	f0, f1, f2, f3 := f[0], f[1], f[2], f[3]
	j := 0
	for ; j < len(c)-1; j += 2 {
		s, t := c[j]+f0*b0[j], c[j+1]+f0*b0[j+1]
		s, t = s+f1*b1[j], t+f1*b1[j+1]
		s, t = s+f2*b2[j], t+f2*b2[j+1]
		c[j], c[j+1] = s+f3*b3[j], t+f3*b3[j+1]
	}
	if j < len(c) {
		s := c[j] + f0*b0[j] + f1*b1[j]
		c[j] = s + f2*b2[j] + f3*b3[j]
	}
}

// addMultiple is c += f·b.
func addMultiple[T Float](c, b []T, f T) {
	b = b[:len(c)]
	for j := range c {
		c[j] += f * b[j]
	}
}

// addDots adds the product to c, of rows of a that are op(a)'s and of rows of b that are the columns of op(b): dot products, of a
// row of a with four of b at a time. With y it does so only where y is positive.
func (g *Gemm[T]) addDots(a, b, y, c []T) {
	if len(g.columns) < g.n+3 {
		g.columns = make([]int, g.n+3)
	}
	for i := range g.m {
		n := g.n
		if y != nil {
			n = positivesOf(y[i*g.n:][:n], g.columns)
		} else {
			count(g.columns[:n])
		}
		for q := n; q%4 > 0; q++ { // what makes a multiple of four of them is computed for nothing
			g.columns[q] = g.columns[0]
		}
		a, c := a[i*g.k:][:g.k], c[i*g.n:][:g.n]
		for q := 0; q < n; q += 4 {
			at := g.columns[q:][:4]
			row := func(r int) []T { return b[at[r]*g.k:][:g.k] }
			sums := [4]T{c[at[0]], c[at[1]], c[at[2]], c[at[3]]}
			addFourDots(&sums, a, row(0), row(1), row(2), row(3))
			for r := range min(4, n-q) {
				c[at[r]] = sums[r]
			}
		}
	}
}

// positivesOf lists in `at` where y is positive, and how often it is.
func positivesOf[T Float](y []T, at []int) (n int) {
	for j, v := range y {
		at[n] = j
		n += positive(v)
	}
	return n
}

// count sets at to 0, 1, 2 …
func count(at []int) {
	for j := range at {
		at[j] = j
	}
}

// addFourDots adds the products of a with b0 to b3 to four sums.
func addFourDots[T Float](sums *[4]T, a, b0, b1, b2, b3 []T) {
	n := len(a)
	b0, b1, b2, b3 = b0[:n], b1[:n], b2[:n], b3[:n]
	s0, s1, s2, s3 := sums[0], sums[1], sums[2], sums[3]
	for p, v := range a {
		s0 += v * b0[p]
		s1 += v * b1[p]
		s2 += v * b2[p]
		s3 += v * b3[p]
	}
	*sums = [4]T{s0, s1, s2, s3}
}
