package data

import (
	"math"
	"math/rand/v2"

	"gaussflow/graph/kernel"
)

// A SwissRoll is a rolled-up strip in three dimensions,
//
//	(t cos t, h, t sin t) + N(0, σ²I),   t uniform on [3π/2, 9π/2], h uniform on [0, 21]
//
// the distribution of scikit-learn's make_swiss_roll.
type SwissRoll struct {
	spiral *Curves
	noise  float64
}

// rollHeight is the width of the strip.
const rollHeight = 21

// NewSwissRoll is the roll with noise σ ≥ 1e-3.
func NewSwissRoll(noise float64) (*SwissRoll, error) {
	at := func(t float64) (x, z float64) { return t * math.Cos(t), t * math.Sin(t) }
	spiral, err := newCurves("NewSwissRoll", noise, curve{at: at, lo: 1.5 * math.Pi, hi: 4.5 * math.Pi})
	if err != nil {
		return nil, err
	}
	return &SwissRoll{spiral, noise}, nil
}

// Dim is 3; 0 if the SwissRoll was not made by NewSwissRoll.
func (s *SwissRoll) Dim() int {
	if s == nil || s.spiral == nil {
		return 0
	}
	return 3
}

// Rand draws a row.
func (s *SwissRoll) Rand(rng *rand.Rand, dst []float64) {
	if !drawable(rng, dst, s.Dim()) {
		return
	}
	var xz [2]float64
	s.spiral.Rand(rng, xz[:])
	dst[0], dst[1], dst[2] = xz[0], rollHeight*rng.Float64()+s.noise*rng.NormFloat64(), xz[1]
}

// LogProb is log p of the spiral in (x, z) plus that of the strip in y.
func (s *SwissRoll) LogProb(x []float64) float64 {
	if len(x) != 3 || s.Dim() == 0 {
		return math.NaN()
	}
	return s.spiral.LogProb([]float64{x[0], x[2]}) + s.strip(x[1])
}

// strip is log (Φ(y/σ) − Φ((y − 21)/σ))/21, from the side where neither term is near 1.
func (s *SwissRoll) strip(y float64) float64 {
	if y > rollHeight/2. {
		y = rollHeight - y // the strip is symmetric
	}
	near, far := kernel.LogCDF(y/s.noise), kernel.LogCDF((y-rollHeight)/s.noise)
	return near + math.Log1p(-math.Exp(far-near)) - math.Log(rollHeight)
}
