package data

import (
	"math"
	"math/rand/v2"

	"gaussflow/graph/kernel"
)

// A Pinwheel is five Gaussian arms, twisted. Before the twist an arm is N((1, 0), diag(0.3², 0.1²)), turned by 2πk/5;
// the twist turns a point at distance r from 0 by 0.25 exp(r), which preserves area, so that
//
//	p(x) = mean over k of N(R(−2πk/5 − 0.25 exp‖x‖) x; (1, 0), diag(0.3², 0.1²))
//
// After M. Johnson et al., Structured VAEs, 2016 (arXiv:1603.06277), who twist by the first coordinate instead of r.
type Pinwheel struct{}

const (
	pinwheelArms  = 5
	pinwheelTwist = 0.25
	radialStd     = 0.3
	tangentialStd = 0.1
)

// Dim is 2.
func (Pinwheel) Dim() int { return 2 }

// angle is the angle by which arm k is turned at distance r.
func (Pinwheel) angle(k int, r float64) float64 {
	return 2*math.Pi*float64(k)/pinwheelArms + pinwheelTwist*math.Exp(r)
}

// Rand draws a row.
func (p Pinwheel) Rand(rng *rand.Rand, dst []float64) {
	if !drawable(rng, dst, 2) {
		return
	}
	k := rng.IntN(pinwheelArms)
	x, y := 1+radialStd*rng.NormFloat64(), tangentialStd*rng.NormFloat64()
	dst[0], dst[1] = turned(x, y, p.angle(k, math.Hypot(x, y)))
}

// LogProb is log p(x).
func (p Pinwheel) LogProb(x []float64) float64 {
	if len(x) != 2 {
		return math.NaN()
	}
	var terms [pinwheelArms]float64
	for k := range terms {
		a, b := turned(x[0], x[1], -p.angle(k, math.Hypot(x[0], x[1])))
		terms[k] = kernel.LogPDF((a-1)/radialStd) + kernel.LogPDF(b/tangentialStd)
	}
	return kernel.LogSumExp(terms[:]) - math.Log(pinwheelArms*radialStd*tangentialStd)
}

// turned is (x, y) turned by an angle.
func turned(x, y, angle float64) (float64, float64) {
	sin, cos := math.Sincos(angle)
	return cos*x - sin*y, sin*x + cos*y
}
