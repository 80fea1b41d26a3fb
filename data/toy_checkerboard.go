package data

import (
	"math"
	"math/rand/v2"
)

// A Checkerboard is uniform on the eight dark squares of a 4×4 board over [−4, 4)²: p = 1/32 there, 0 elsewhere.
type Checkerboard struct{}

// Dim is 2.
func (Checkerboard) Dim() int { return 2 }

// Rand draws a row.
func (Checkerboard) Rand(rng *rand.Rand, dst []float64) {
	if !drawable(rng, dst, 2) {
		return
	}
	column, row := rng.IntN(4), 2*rng.IntN(2)
	row += column % 2
	dst[0], dst[1] = 2*(float64(column)+rng.Float64())-4, 2*(float64(row)+rng.Float64())-4
}

// LogProb is −log 32 on a dark square, −Inf elsewhere.
func (Checkerboard) LogProb(x []float64) float64 {
	if len(x) != 2 {
		return math.NaN()
	}
	column, row := math.Floor(x[0]/2), math.Floor(x[1]/2)
	inside := column >= -2 && column < 2 && row >= -2 && row < 2
	if !inside || math.Mod(column+row, 2) != 0 {
		return math.Inf(-1)
	}
	return -math.Log(32)
}
