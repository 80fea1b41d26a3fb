package mixed

import "math"

// Waves are sines and cosines of a number's value as the network reads it. A network of few layers learns what bends gently first, and
// what jumps from one place to the next late or never: the age of houses by latitude and longitude, or rooms a house where bedrooms are
// far out. With waves it finds both from as many rows (Tancik et al. 2020, arXiv:2006.10739; for tables Gorishniy et al. 2022,
// arXiv:2203.05556).
//
// At the three frequencies the distance from quartile to quartile, half of it and a quarter of it are a third of a wave. With a small
// amplitude the network prefers the value itself where that will do.
const (
	waveAmplitude = 0.25
	ofWaves       = 2 * len(waveFrequencies)
)

var waveFrequencies = [...]float64{1.5, 3, 6}

// wavesOf writes the waves of a value.
func wavesOf(value float64, to []float64) {
	for i, f := range waveFrequencies {
		sin, cos := math.Sincos(f * value)
		to[2*i], to[2*i+1] = waveAmplitude*sin, waveAmplitude*cos
	}
}
