package kernel

import "math"

// LogisticMixtures map the elements of matrices of d columns by mixtures of k logistic distributions. theta holds logits, means and
// raw log scales, which a clamp bounds, as for a MixtureBatch: 3×d×k, the same for all rows, or 3·d·k numbers a row. They are
// scratch memory for one goroutine, and compute in float64 whatever T is.
type LogisticMixtures[T Float] struct {
	d, k    int
	perRow  bool
	clamp   clampCurve[float64]
	mixture *logisticMixture

	logits, means, scales    []float64 // of the mixture that is loaded
	gLogits, gMeans, gScales []float64
}

// NewLogisticMixtures makes room for mixtures of k components for d columns.
func NewLogisticMixtures[T Float](d, k int, perRow bool, clamp Clamp) *LogisticMixtures[T] {
	cut := func() []float64 { return make([]float64, k) }
	return &LogisticMixtures[T]{
		d: d, k: k, perRow: perRow, clamp: newClampCurve[float64](clamp), mixture: newLogisticMixture(k),
		logits: cut(), means: cut(), scales: cut(), gLogits: cut(), gMeans: cut(), gScales: cut(),
	}
}

// Forward writes z and log dz/dx of every element of x.
func (b *LogisticMixtures[T]) Forward(x, theta, z, logSlope []T) {
	b.each(len(x), theta, func(e int) {
		v, l := atLogistic[T](b.mixture, float64(x[e]))
		z[e], logSlope[e] = T(v), T(l)
	}, nil)
}

// Inverse writes x and log dx/dz of every element of z. The equation is solved in float64, by functions that have its digits.
func (b *LogisticMixtures[T]) Inverse(z, theta, x, logSlope []T) {
	b.each(len(z), theta, func(e int) {
		v, l := solveLogistic[float64](b.mixture, float64(z[e]))
		x[e], logSlope[e] = T(v), T(-l)
	}, nil)
}

// Backward writes the gradients in x and theta, from those in z and in the log slope.
func (b *LogisticMixtures[T]) Backward(x, theta, zUp, logSlopeUp, xUp, thetaUp []T) {
	b.backward(len(x), theta, thetaUp, func(e int) {
		atLogistic[T](b.mixture, float64(x[e]))
		b.mixture.shares()
		xUp[e] = T(b.add(float64(zUp[e]), float64(logSlopeUp[e])))
	})
}

// InverseBackward writes the gradients in z and theta, from those in x and in the inverse's log slope, by the implicit function
// theorem; see Splines.InverseBackward.
func (b *LogisticMixtures[T]) InverseBackward(x, theta, xUp, logSlopeUp, zUp, thetaUp []T) {
	b.backward(len(x), theta, thetaUp, func(e int) {
		m, up := b.mixture, float64(logSlopeUp[e])
		_, l := atLogistic[float64](m, float64(x[e]))
		m.shares()
		g := (float64(xUp[e]) - up*m.logSlopeSlope()) * math.Exp(-l)
		b.add(-g, -up)
		zUp[e] = T(g)
	})
}

func (b *LogisticMixtures[T]) add(gz, gl float64) (gx float64) {
	return b.mixture.backward(gz, gl, b.gLogits, b.gMeans, b.gScales)
}

// backward visits each of n elements, which adds to the gradients of its mixture, and takes them to thetaUp.
func (b *LogisticMixtures[T]) backward(n int, theta, thetaUp []T, visit func(e int)) {
	if n == 0 {
		clear(thetaUp)
	}
	b.each(n, theta, visit, func(offset int) {
		logits, means, raw := b.parts(thetaUp, offset)
		for k := range logits {
			logits[k], means[k] = T(b.gLogits[k]), T(b.gMeans[k])
			raw[k] = T(b.gScales[k] * b.clamp.slope(b.scales[k]))
		}
		clear(b.gLogits)
		clear(b.gMeans)
		clear(b.gScales)
	})
}

// each loads the mixture of each of n elements and visits it, column by column where the mixtures are the same for all rows. After
// the last element of a mixture comes done, where there is one, with where the mixture is in theta.
func (b *LogisticMixtures[T]) each(n int, theta []T, visit func(e int), done func(offset int)) {
	sets, step := min(n, b.d), b.d
	if b.perRow {
		sets, step = n, n
	}
	for i := range sets {
		offset := i * b.k
		if b.perRow {
			offset = (i/b.d*3*b.d + i%b.d) * b.k
		}
		b.load(theta, offset)
		for e := i; e < n; e += step {
			visit(e)
		}
		if done != nil {
			done(offset)
		}
	}
}

func (b *LogisticMixtures[T]) load(theta []T, offset int) {
	logits, means, raw := b.parts(theta, offset)
	for k, l := range logits {
		b.logits[k], b.means[k], b.scales[k] = float64(l), float64(means[k]), b.clamp.apply(float64(raw[k]))
	}
	setLogisticMixture[T](b.mixture, b.logits, b.means, b.scales)
}

// parts are the logits, means and raw log scales of the mixture from offset on.
func (b *LogisticMixtures[T]) parts(theta []T, offset int) (logits, means, raw []T) {
	third := b.d * b.k
	return theta[offset:][:b.k], theta[offset+third:][:b.k], theta[offset+2*third:][:b.k]
}
