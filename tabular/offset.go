package tabular

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
)

// In a column very far from 0, like 10¹⁵ ± 1, where neighbouring float64 numbers lie ⅛ apart, noise would be lost to rounding.
// Such a column is fitted as its distance from an offset c, its rounded mean:
//
//	x − c is exact near c (P. H. Sterbenz, Floating-Point Computation (1974)), and x − c + noise resolves the noise.
//
// During the fit the standardizer's shift for such a column is 0. When the fit is done it is set to c; since the standardizer
// computes (x − c)·exp(−logScale), log p of a row is then the same, bit for bit, as during the fit.

// spacing is the distance from |v| to the next larger float64 number.
func spacing(v float64) float64 { return math.Nextafter(math.Abs(v), math.Inf(1)) - math.Abs(v) }

// fewSteps is how many float64 steps the noise must be wide.
const fewSteps = 1024

// far reports whether a column's noise would be lost in float64: that of a grid's step, or the Gaussian one.
func (c Column) far() bool {
	return c.Coarse() || c.Quantum > 0 && c.Quantum < fewSteps*spacing(c.Mean)
}

// roundingSteps is how many float64 steps the rounding errors of a constant spread over, as a standard deviation.
const roundingSteps = 2

// rounding reports whether the column is a constant apart from rounding errors, as 3.3 computed by different sums. Whole
// numbers are never taken for that.
func (c Column) rounding() bool {
	return !c.Integer && c.Mean != 0 && c.Std < roundingSteps*spacing(c.Mean)
}

// step is the width of a column's uniform noise: its grid's step, and for a coarse column at least the distance between its
// numbers.
func (c Column) step() float64 {
	if c.Quantum == 0 && c.Coarse() {
		return spacing(c.Mean)
	}
	return c.Quantum
}

// centre subtracts the offsets from the rows, in columns that need one.
func (f *fit) centre() {
	f.offset = make([]float64, len(f.kept))
	for j, c := range f.kept {
		if f.Dtype == graph.Float64 && c.far() {
			f.offset[j] = c.Mean
			f.rows, f.validation = shifted(f.rows, j, c.Mean), shifted(f.validation, j, c.Mean)
		}
	}
}

// shifted is a copy of x with c subtracted from column j.
func shifted(x *mat.Dense, j int, c float64) *mat.Dense {
	y := mat.DenseCopyOf(x)
	n, _ := y.Dims()
	for i := range n {
		y.Set(i, j, y.At(i, j)-c)
	}
	return y
}

// setOffsets sets the standardizer's shift in columns that have an offset.
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

// fewestSteps is how many steps of its type of numbers a column's spread must be at least.
const fewestSteps = 64

// checkSpreads refuses columns that cannot be standardized: for float32, if that was asked for, those too far from 0; for any
// type, those whose spread has no finite reciprocal.
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
