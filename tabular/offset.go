package tabular

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
)

// A column so far from 0 that its noise would be lost between two numbers, like 10¹⁵ ± 1, whose numbers lie ⅛ apart, is fitted as
// its distance from an offset c, its mean as it is rounded:
//
//	x − c is exact near c (P. H. Sterbenz, Floating-Point Computation (1974)), and x − c + noise as fine as noise is.
//
// The standardizer, whose shift is 0 meanwhile, gets c when the fit is done; it computes the same (x − c)·exp(−logScale), so that
// log p of a row is to the bit what was fitted.

// spacing is the distance of a number from the next greater one in size.
func spacing(v float64) float64 { return math.Nextafter(math.Abs(v), math.Inf(1)) - math.Abs(v) }

// fewSteps is how many numbers noise needs in its width.
const fewSteps = 1024

// far reports a column whose noise is lost in float64: that of a grid's step, or the share of a spread that regularizes.
func (c Column) far() bool {
	return c.Coarse() || c.Quantum > 0 && c.Quantum < fewSteps*spacing(c.Mean)
}

// roundingSteps is how many steps between numbers what rounding leaves of a constant spreads over, in standard deviations.
const roundingSteps = 2

// rounding reports a column that is one value but for the last digits of its numbers, 3.3 as different sums come to it; whole
// numbers are what they are.
func (c Column) rounding() bool {
	return !c.Integer && c.Mean != 0 && c.Std < roundingSteps*spacing(c.Mean)
}

// step is the width of the uniform noise of a column: its grid's step, and of a coarse one at least that of the numbers themselves.
func (c Column) step() float64 {
	if c.Quantum == 0 && c.Coarse() {
		return spacing(c.Mean)
	}
	return c.Quantum
}

// centre moves the rows to fit by the offsets of columns that need one.
func (f *fit) centre() {
	f.offset = make([]float64, len(f.kept))
	for j, c := range f.kept {
		if f.Dtype == graph.Float64 && c.far() {
			f.offset[j] = c.Mean
			f.rows, f.validation = shifted(f.rows, j, c.Mean), shifted(f.validation, j, c.Mean)
		}
	}
}

// shifted is a copy of x with c taken from column j.
func shifted(x *mat.Dense, j int, c float64) *mat.Dense {
	y := mat.DenseCopyOf(x)
	n, _ := y.Dims()
	for i := range n {
		y.Set(i, j, y.At(i, j)-c)
	}
	return y
}

// setOffsets gives the standardizer these shifts in columns that have an offset.
func (f *fit) setOffsets(shift func(j int) float64) error {
	p := f.standardize.Params()[0]
	values := p.Values()
	for j, c := range f.offset {
		if c != 0 {
			values[j] = shift(j)
		}
	}
	return p.Set(values)
}

// fewestSteps is how many numbers of its type a spread must have at least.
const fewestSteps = 64

// checkSpreads refuses columns that cannot be brought to a spread of 1: in float32, where it was asked for, those that are too far
// from 0; in any type, those by whose spread nothing can be divided.
func (p settings) checkSpreads(columns []Column) error {
	for _, c := range columns {
		if 1/c.Std > math.MaxFloat64 {
			return &SpreadError{c.Name, fmt.Sprintf("its standard deviation is %.3g, which has no reciprocal: want a unit that makes larger numbers", c.Std)}
		}
		at := float32(math.Abs(c.Mean))
		step := float64(math.Nextafter32(at, float32(math.Inf(1))) - at)
		if p.Dtype == graph.Float32 && c.Std < fewestSteps*step {
			return &SpreadError{c.Name, fmt.Sprintf("float32 numbers near %.6g lie %.3g apart, its standard deviation is %.3g: want the dtype float64", c.Mean, step, c.Std)}
		}
	}
	return nil
}
