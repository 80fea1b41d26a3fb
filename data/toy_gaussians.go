package data

import (
	"math"
	"math/rand/v2"

	"gaussflow/graph/kernel"
)

// An EightGaussians is eight Gaussians of standard deviation 0.5/√2, equally likely, on a circle of radius 4/√2: the
// set of Grathwohl et al., FFJORD, 2019 (arXiv:1810.01367).
type EightGaussians struct{}

const (
	gaussianStd    = 0.5 / math.Sqrt2
	gaussianRadius = 4 / math.Sqrt2
)

// Dim is 2.
func (EightGaussians) Dim() int { return 2 }

func (EightGaussians) centre(k int) (x, y float64) {
	sin, cos := math.Sincos(math.Pi / 4 * float64(k))
	return gaussianRadius * cos, gaussianRadius * sin
}

// Rand draws a row.
func (e EightGaussians) Rand(rng *rand.Rand, dst []float64) {
	if !drawable(rng, dst, 2) {
		return
	}
	x, y := e.centre(rng.IntN(8))
	dst[0], dst[1] = x+gaussianStd*rng.NormFloat64(), y+gaussianStd*rng.NormFloat64()
}

// LogProb is log p(x).
func (e EightGaussians) LogProb(x []float64) float64 {
	if len(x) != 2 {
		return math.NaN()
	}
	var terms [8]float64
	for k := range terms {
		cx, cy := e.centre(k)
		terms[k] = kernel.LogPDF((x[0]-cx)/gaussianStd) + kernel.LogPDF((x[1]-cy)/gaussianStd)
	}
	return kernel.LogSumExp(terms[:]) - math.Log(8*gaussianStd*gaussianStd)
}
