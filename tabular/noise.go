package tabular

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// noisy is a table whose rows carry noise: uniform over one quantum (dequantization; Uria et al. 2013, arXiv:1306.0186)
// and Gaussian (noise regularisation; Rothfuss et al. 2019, arXiv:1907.08982). Each row appears copies times. The noise
// of a cell is a hash of seed, draw, row and column, so that it can be read from several goroutines and is always the
// same for the same draw. It is a train.Redrawn: a fit takes a new draw each epoch.
type noisy struct {
	x        *mat.Dense
	copies   int
	quantum  []float64 // width of the uniform noise of each column; 0 for none
	gaussian []float64 // standard deviation of the Gaussian noise of each column; 0 for none
	seed     uint64
	draws    uint64
}

// Dims is the shape, copies included.
func (t *noisy) Dims() (n, d int) {
	n, d = t.x.Dims()
	return n * t.copies, d
}

// T is the transpose.
func (t *noisy) T() mat.Matrix { return mat.Transpose{Matrix: t} }

// Redraw gives the rows the noise of an epoch. Draw 0 is that of the warm start.
func (t *noisy) Redraw(epoch int) { t.draws = uint64(epoch) + 1 }

// CheckFinite checks the table alone, since noise of finite width is finite.
func (t *noisy) CheckFinite(op string) error { return rows.CheckFinite(op, t.x) }

// At is a cell with its noise.
func (t *noisy) At(i, j int) float64 {
	n, d := t.x.Dims()
	v := t.x.At(i%n, j)
	key := scramble(scramble(t.seed+t.draws*0x9e3779b97f4a7c15) + uint64(i*d+j))
	if q := t.quantum[j]; q > 0 {
		v += q * (unit(scramble(key+1)) - 0.5)
	}
	if s := t.gaussian[j]; s > 0 { // Box & Muller
		v += s * math.Sqrt(-2*math.Log(unit(scramble(key+2)))) * math.Cos(2*math.Pi*unit(scramble(key+3)))
	}
	return v
}

// scramble is the finalizer of splitmix64 (Steele, Lea & Flood 2014).
func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit is a number in (0, 1) made of the high bits of z.
func unit(z uint64) float64 { return (float64(z>>11) + 0.5) / (1 << 53) }
