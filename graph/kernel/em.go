package kernel

// Normal is one component of a mixture in one dimension, as the E-step reads it.
type Normal struct {
	LogHeight float64 // log(w/σ)
	Mean      float64 // μ
	HalfPrec  float64 // 1/2σ²
}

// Moments are a component's sums over the data, r being its responsibility for a value: Σr, Σr(x−μ), Σr(x−μ)².
type Moments struct{ Mass, First, Second float64 }

// Cells are a weighted summary of data in one dimension: the mean, variance and count of each cell. A value by itself
// is a cell of variance 0. The slices are padded to whole blocks with cells that count 0.
type Cells struct {
	Mean, Variance, Count []float64
	n                     int
}

// negligibleLog is where a component's term counts as 0 beside the greatest one, and is subtracted from every other: less
// than rounding, and far components cost nothing.
const negligibleLog = -40

// negligible is e^negligibleLog as exps64 has it: what is left of a far component must be 0, since it is multiplied with the square of
// how far that is.
var negligible = func() float64 {
	e := []float64{negligibleLog}
	exps64(e)
	return e[0]
}()

// cellBlock is what every kernel's number of cells at a time divides.
const cellBlock = 32

// NewCells makes room for n ≥ 1 cells, all zero.
func NewCells(n int) Cells {
	padded := (n + cellBlock - 1) / cellBlock * cellBlock
	return Cells{make([]float64, padded), make([]float64, padded), make([]float64, padded), n}
}

// Len is the number of cells without the padding.
func (c Cells) Len() int { return c.n }

// emKernel is an implementation of the E-step.
type emKernel struct {
	block int // cells at a time
	lanes int
	// expect sets moments and logDensity, and returns Σ count·logDensity. terms has room for block numbers, and acc for
	// 3·lanes zeros, a component.
	expect func(c Cells, normals []Normal, terms, acc []float64, moments []Moments, logDensity []float64) float64
}

// EM is the E-step of mixtures of K normals, with its buffers.
type EM struct {
	Moments    []Moments
	LogDensity []float64 // of each cell
	kernel     emKernel
	terms, acc []float64
}

// NewEM is the E-step of K = k components on the fastest kernel that this processor can run. Kernels agree to rounding.
func NewEM(k int) *EM { return newEM(k, active.em) }

func newEM(k int, kernel emKernel) *EM {
	return &EM{
		Moments: make([]Moments, k), kernel: kernel,
		terms: make([]float64, k*kernel.block), acc: make([]float64, 3*k*kernel.lanes),
	}
}

// Expect gathers Moments and LogDensity of c under the mixture, and returns the log-likelihood of all cells, both
// without their −½ log 2π a value:
//
//	Σ count·log Σ_k (w_k/σ_k)·exp(−((x−μ_k)² + v)/2σ_k²).
//
// Where cells have a variance v, it is a lower bound of the log-likelihood of the values in them, and EM on it is monotone.
//
// Source: Verbeek, Nunnink & Vlassis 2006, Accelerated EM-based clustering of large data sets.
func (e *EM) Expect(c Cells, normals []Normal) float64 {
	if n := len(c.Mean); cap(e.LogDensity) < n {
		e.LogDensity = make([]float64, n)
	}
	e.LogDensity = e.LogDensity[:len(c.Mean)]
	clear(e.acc)
	return e.kernel.expect(c, normals, e.terms, e.acc, e.Moments, e.LogDensity)
}
