package kernel

import "math"

// vectorKernels are loops over arrays, each for whole vectors of `lanes` numbers; the exported functions of this file do
// the rest of an array one by one. Without lanes they do all of it.
type vectorKernels[T Float] struct {
	lanes      int
	reluSlope  func(n int, y, up, out *T)
	accumulate func(n int, x, y *T)
	// sum, difference and product: out = x∘y; scaled: out = by·x.
	sum, difference, product func(n int, x, y, out *T)
	scaled                   func(n int, by T, x, out *T)

	columnSum  func(n int, x *T, stride int, sum *T) // of one vector of columns over 4n rows, stride bytes apart
	columnSums func(n int, x *T, stride int, sum *T) // of four vectors, where there is one for that
	squares    func(n int, x *T) (sum float64)
	adam       func(n int, take1, take2, rate, eps T, p, up, m, v *T)
}

func vectors[T Float]() *vectorKernels[T] { return &chosen[T]().vector }

// whole is the number of whole vectors in n numbers, and of the numbers in them.
func (v *vectorKernels[T]) whole(n int) (vectors, numbers int) {
	if v.lanes == 0 {
		return 0, 0
	}
	return n / v.lanes, n / v.lanes * v.lanes
}

// Relu replaces what is negative by zero.
func Relu[T Float](x []T) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

// ReluSlope writes g where y = relu(x) is positive and zero elsewhere.
func ReluSlope[T Float](out, y, g []T) { vectors[T]().reluSlopeOf(out, y, g) }

func (v *vectorKernels[T]) reluSlopeOf(out, y, g []T) {
	n, done := v.whole(len(y))
	if n > 0 {
		v.reluSlope(n, &y[0], &g[0], &out[0])
	}
	selectPositive(out[done:], y[done:], g[done:])
}

// Accumulate is y += x.
func Accumulate[T Float](y, x []T) { vectors[T]().accumulateOf(y, x) }

func (v *vectorKernels[T]) accumulateOf(y, x []T) {
	x = x[:len(y)]
	n, done := v.whole(len(y))
	if n > 0 {
		v.accumulate(n, &x[0], &y[0])
	}
	for i := done; i < len(y); i++ {
		y[i] += x[i]
	}
}

// Sum is out = x + y; x and y are as long as out, which may be either.
func Sum[T Float](out, x, y []T) { vectors[T]().sumOf(out, x, y) }

func (v *vectorKernels[T]) sumOf(out, x, y []T) {
	x, y = x[:len(out)], y[:len(out)]
	for i := v.wholeOf(v.sum, out, x, y); i < len(out); i++ {
		out[i] = x[i] + y[i]
	}
}

// wholeOf sets the numbers of out that make whole vectors, and returns how many they are.
func (v *vectorKernels[T]) wholeOf(of func(n int, x, y, out *T), out, x, y []T) (done int) {
	n, done := v.whole(len(out))
	if n > 0 {
		of(n, &x[0], &y[0], &out[0])
	}
	return done
}

// Difference is out = x − y; x and y are as long as out, which may be either.
func Difference[T Float](out, x, y []T) { vectors[T]().differenceOf(out, x, y) }

func (v *vectorKernels[T]) differenceOf(out, x, y []T) {
	x, y = x[:len(out)], y[:len(out)]
	for i := v.wholeOf(v.difference, out, x, y); i < len(out); i++ {
		out[i] = x[i] - y[i]
	}
}

// Product is out = x·y, element by element; x and y are as long as out, which may be either.
func Product[T Float](out, x, y []T) { vectors[T]().productOf(out, x, y) }

func (v *vectorKernels[T]) productOf(out, x, y []T) {
	x, y = x[:len(out)], y[:len(out)]
	for i := v.wholeOf(v.product, out, x, y); i < len(out); i++ {
		out[i] = x[i] * y[i]
	}
}

// Scaled is out = by·x; x is as long as out, which it may be.
func Scaled[T Float](out []T, by T, x []T) { vectors[T]().scaledOf(out, by, x) }

func (v *vectorKernels[T]) scaledOf(out []T, by T, x []T) {
	x = x[:len(out)]
	n, done := v.whole(len(out))
	if n > 0 {
		v.scaled(n, by, &x[0], &out[0])
	}
	for i := done; i < len(out); i++ {
		out[i] = by * x[i]
	}
}

// RowSums writes the sum of each row of x, whose rows are n long, added in order in float64: four rows side by side, since each
// addition waits for the one before it.
func RowSums[T Float](sum, x []T, n int) {
	i := 0
	for ; i+4 <= len(sum); i += 4 {
		a, b, c, d := x[i*n:][:n], x[(i+1)*n:][:n], x[(i+2)*n:][:n], x[(i+3)*n:][:n]
		var s, t, u, v float64
		for j := range a {
			s += float64(a[j])
			t += float64(b[j])
			u += float64(c[j])
			v += float64(d[j])
		}
		sum[i], sum[i+1], sum[i+2], sum[i+3] = T(s), T(t), T(u), T(v)
	}
	for ; i < len(sum); i++ {
		s := 0.0
		for _, v := range x[i*n:][:n] {
			s += float64(v)
		}
		sum[i] = T(s)
	}
}

// ColumnSums writes the sum of each column of x, whose rows are as long as sum.
func ColumnSums[T Float](sum, x []T) { vectors[T]().columnSumsOf(sum, x) }

func (v *vectorKernels[T]) columnSumsOf(sum, x []T) {
	cols := len(sum)
	vectors, done := v.whole(cols)
	rows := len(x) / cols / 4 * 4
	if rows == 0 {
		vectors, done = 0, 0
	}
	i := 0
	for ; i+4 <= vectors && v.columnSums != nil; i += 4 {
		j := i * v.lanes
		v.columnSums(rows/4, &x[j], cols*sizeOf[T](), &sum[j])
	}
	for ; i < vectors; i++ {
		j := i * v.lanes
		v.columnSum(rows/4, &x[j], cols*sizeOf[T](), &sum[j])
	}
	addRows(sum[:done], x[rows*cols:], cols, 0)
	clear(sum[done:])
	addRows(sum[done:], x, cols, done)
}

// addRows adds columns first, first+1, … of the rows of x, cols long, to sum.
func addRows[T Float](sum, x []T, cols, first int) {
	n := len(sum)
	if n == 0 {
		return
	}
	row := func(i int) []T { return x[i*cols+first:][:n] }
	for ; len(x) >= 4*cols; x = x[4*cols:] {
		r0, r1, r2, r3 := row(0), row(1), row(2), row(3)
		for j := range sum {
			sum[j] += (r0[j] + r1[j]) + (r2[j] + r3[j])
		}
	}
	for ; len(x) > 0; x = x[cols:] {
		for j, v := range row(0) {
			sum[j] += v
		}
	}
}

// Squares is Σ x², in float64.
func Squares[T Float](x []T) float64 { return vectors[T]().squaresOf(x) }

func (v *vectorKernels[T]) squaresOf(x []T) (sum float64) {
	n, done := v.whole(len(x))
	if n > 0 {
		sum = v.squares(n, &x[0])
	}
	for _, a := range x[done:] {
		sum += float64(a) * float64(a)
	}
	return sum
}

// Adam is one step of Adam (Kingma & Ba 2015, arXiv:1412.6980), with take1 = 1−β₁, take2 = 1−β₂ and the bias correction in
// rate:
//
//	m += take1·(g − m),  v += take2·(g² − v),  p −= rate·m/(√v + eps)
//
// A gradient of size below 1e-150, 1e-18 in float32, is taken as 0, and a moment of size below 1e-290, 1e-30 becomes 0: those
// of a unit that has died would end among the numbers below the normal ones, each of which costs a hundred cycles a step.
func Adam[T Float](take1, take2, rate, eps T, p, g, m, v []T) {
	vectors[T]().adamOf(take1, take2, rate, eps, p, g, m, v)
}

func (k *vectorKernels[T]) adamOf(take1, take2, rate, eps T, p, g, m, v []T) {
	n, done := k.whole(len(p))
	if n > 0 {
		k.adam(n, take1, take2, rate, eps, &p[0], &g[0], &m[0], &v[0])
	}
	leastGradient, leastMoment := T(1e-150), T(1e-290)
	if leastMoment == 0 { // float32
		leastGradient, leastMoment = 1e-18, 1e-30
	}
	for i := done; i < len(p); i++ {
		d := orZero(g[i], leastGradient)
		m[i] = orZero(m[i]+take1*(d-m[i]), leastMoment)
		v[i] = orZero(v[i]+take2*(d*d-v[i]), leastMoment)
		p[i] -= rate * m[i] / (T(math.Sqrt(float64(v[i]))) + eps)
	}
}

// orZero is x, or 0 where its size is below least.
func orZero[T Float](x, least T) T {
	if x < least && x > -least {
		return 0
	}
	return x
}
