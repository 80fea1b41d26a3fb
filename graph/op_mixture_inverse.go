package graph

import (
	"math"

	"gaussflow/graph/kernel"
)

// mixtures visits the elements of an N×d matrix, each with its mixture loaded: column by column if theta is the same
// for every row, else element by element.
type mixtures[T kernel.Float] struct {
	mixture *kernel.Mixture
	clamp   kernel.Clamp
	k       int
	theta   []T
	perRow  bool
	scales  []float64 // clamped log scales of the current mixture
	logits  []float64
	means   []float64
}

func newMixtures[T kernel.Float](s mixture, theta array[T]) *mixtures[T] {
	return &mixtures[T]{
		mixture: kernel.NewMixture(s.k), clamp: s.clamp, k: s.k,
		theta: theta.data, perRow: perRow(theta.shape),
		scales: make([]float64, s.k), logits: make([]float64, s.k), means: make([]float64, s.k),
	}
}

// each calls visit for every element i of n rows and d columns.
func (m *mixtures[T]) each(n, d int, visit func(mix *kernel.Mixture, i int)) {
	if m.perRow {
		for i := range n * d {
			m.load(m.at(i, d))
			visit(m.mixture, i)
		}
		return
	}
	for j := range d {
		m.load(m.at(j, d))
		for i := j; i < n*d; i += d {
			visit(m.mixture, i)
		}
	}
}

// at is the offset of element i's logits in theta, and the distance from there to its means and from these to its
// scales.
func (m *mixtures[T]) at(i, d int) (offset, stride int) {
	stride = d * m.k
	if m.perRow {
		return i/d*3*stride + i%d*m.k, stride
	}
	return i % d * m.k, stride
}

func (m *mixtures[T]) load(offset, stride int) {
	logits, means, raw := m.parts(m.theta, offset, stride)
	for k, l := range logits {
		m.logits[k], m.means[k] = float64(l), float64(means[k])
		m.scales[k] = m.clamp.Apply(float64(raw[k]))
	}
	kernel.SetMixture(m.mixture, m.logits, m.means, m.scales)
}

func (m *mixtures[T]) parts(theta []T, offset, stride int) (logits, means, scales []T) {
	return theta[offset:][:m.k], theta[offset+stride:][:m.k], theta[offset+2*stride:][:m.k]
}

// bindInverseSlope is the gradient of the inverse map x(z), whose log slope is −l(x). The implicit function theorem gives,
// from gradients gx and gl' of its results,
//
//	gz = gx'/z'(x),  gθ = −(gx'/z'(x))·∂z/∂θ − gl'·∂l/∂θ,  gx' = gx − gl'·∂l/∂x.
//
// This is the forward gradient at x with the upstream gradients −gz and −gl'.
func bindInverseSlope[T kernel.Float](s mixture, out array[T], in []array[T]) func() {
	n, d := in[0].shape[0], in[0].shape[1]
	nd := n * d
	packed, up := in[2].data, in[3].data
	gz, gtheta := out.data[:nd], out.data[nd:]
	m := newMixtures(s, in[1])
	sums := make([]float64, 3*s.k) // the gradient of the current mixture
	gLogits, gMeans, gScales := sums[:s.k], sums[s.k:2*s.k], sums[2*s.k:]

	one := func(mix *kernel.Mixture, i int) {
		gx, gl := float64(up[i]), float64(up[nd+i])
		_, l := mix.At(float64(packed[i]))
		g := (gx - gl*mix.LogSlopeSlope()) * math.Exp(-l)
		kernel.MixtureBackward(mix, -g, -gl, gLogits, gMeans, gScales)
		gz[i] = T(g)
	}
	flush := func(offset, stride int) {
		logits, means, scales := m.parts(gtheta, offset, stride)
		for k := range logits {
			logits[k], means[k] = T(gLogits[k]), T(gMeans[k])
			scales[k] = T(gScales[k] * s.clamp.Slope(m.scales[k]))
		}
		clear(sums)
	}
	return func() {
		m.each(n, d, func(mix *kernel.Mixture, i int) {
			one(mix, i)
			if m.perRow || i+d >= nd { // this was the last element of the current mixture
				flush(m.at(i, d))
			}
		})
	}
}
