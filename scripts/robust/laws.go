package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A law is a distribution from which tables are drawn.
type law struct {
	name string
	n, d int
	rows func(n int, rng *rand.Rand) (x *mat.Dense, logProb []float64)
	// spoil changes the training table, but not the fresh rows.
	spoil func(x *mat.Dense)
}

var laws = []law{
	{name: "normal", n: 1000, d: 2, rows: normals(2)},
	{name: "normal, one cell 1e4", n: 1000, d: 2, rows: normals(2), spoil: cell(1e4)},
	{name: "normal, one cell 999999", n: 1000, d: 2, rows: normals(2), spoil: cell(999999)},
	{name: "normal, one cell 1e9", n: 1000, d: 2, rows: normals(2), spoil: cell(1e9)},
	{name: "iid normal 200×4", n: 200, d: 4, rows: normals(4)},
	{name: "iid normal 50×20", n: 50, d: 20, rows: normals(20)},
	{name: "iid normal 100×20", n: 100, d: 20, rows: normals(20)},
	{name: "iid normal 100×60", n: 100, d: 60, rows: normals(60)},
	{name: "iid normal 30×60", n: 30, d: 60, rows: normals(60)},
	{name: "iid normal 100×2000", n: 100, d: 2000, rows: normals(2000)},
	{name: "scale 1e-200", n: 2000, d: 2, rows: scaled(normals(2), 1e-200)},
	{name: "Student t, ν = 2", n: 3000, d: 1, rows: each(1, univariate(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 2}))},
	{name: "Student t, ν = 2, two columns", n: 3000, d: 2, rows: each(2, univariate(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 2}))},
	{name: "Cauchy", n: 3000, d: 1, rows: each(1, univariate(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 1}))},
	{name: "Cauchy, two columns", n: 3000, d: 2, rows: each(2, univariate(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 1}))},
	{name: "lognormal, σ = 2", n: 3000, d: 1, rows: each(1, univariate(distuv.LogNormal{Mu: 0, Sigma: 2}))},
	{name: "lognormal, σ = 2, beside a normal", n: 3000, d: 2, rows: beside(univariate(distuv.LogNormal{Mu: 0, Sigma: 2}), univariate(distuv.UnitNormal))},
	{name: "Pareto, α = 1.5", n: 3000, d: 1, rows: each(1, univariate(distuv.Pareto{Xm: 1, Alpha: 1.5}))},
	{name: "exponential", n: 3000, d: 1, rows: each(1, univariate(distuv.Exponential{Rate: 1}))},
	{name: "modes at ±1e6", n: 3000, d: 1, rows: each(1, modesAt(1e6))},
	{name: "modes at ±1e6, two columns", n: 3000, d: 2, rows: each(2, modesAt(1e6))},
	{name: "modes at ±1e6 together", n: 3000, d: 2, rows: together(1e6)},
	{name: "modes at ±100", n: 3000, d: 1, rows: each(1, modesAt(100))},
	{name: "total = a + b ± 1e-3", n: 1000, d: 3, rows: total(1e-3)},
	{name: "curve, 200 rows", n: 200, d: 2, rows: curve},
	{name: "curve, 1000 rows", n: 1000, d: 2, rows: curve},
	{name: "curve, 5000 rows", n: 5000, d: 2, rows: curve},
	{name: "copy 2.54·a + 7 ± 1e-5", n: 1000, d: 2, rows: copied(1e-5)},
}

// A univariateLaw draws a number and returns its log p.
type univariateLaw func(rng *rand.Rand) (v, logProb float64)

// univariate is a distribution of gonum, drawn by its quantiles.
func univariate(u interface {
	LogProb(x float64) float64
	Quantile(p float64) float64
}) univariateLaw {
	return func(rng *rand.Rand) (float64, float64) {
		v := u.Quantile(1 - rng.Float64())
		return v, u.LogProb(v)
	}
}

// modesAt is an equal mixture of normals of unit standard deviation at ±at.
func modesAt(at float64) univariateLaw {
	return func(rng *rand.Rand) (float64, float64) {
		e := rng.NormFloat64()
		return at*float64(2*rng.IntN(2)-1) + e, logNormal(e) - math.Ln2
	}
}

func logNormal(z float64) float64 { return -0.5*z*z - 0.5*math.Log(2*math.Pi) }

func beside(columns ...univariateLaw) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	return func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
		x, logProb := mat.NewDense(n, len(columns), nil), make([]float64, n)
		for i := range n {
			for j, draw := range columns {
				v, lp := draw(rng)
				x.Set(i, j, v)
				logProb[i] += lp
			}
		}
		return x, logProb
	}
}

func each(d int, draw univariateLaw) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	columns := make([]univariateLaw, d)
	for j := range columns {
		columns[j] = draw
	}
	return beside(columns...)
}

func normals(d int) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	return each(d, func(rng *rand.Rand) (float64, float64) {
		e := rng.NormFloat64()
		return e, logNormal(e)
	})
}

func scaled(rows func(n int, rng *rand.Rand) (*mat.Dense, []float64), by float64) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	return func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
		x, logProb := rows(n, rng)
		_, d := x.Dims()
		x.Scale(by, x)
		for i := range logProb {
			logProb[i] -= float64(d) * math.Log(by)
		}
		return x, logProb
	}
}

// together has both columns at one of two places.
func together(at float64) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	return func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
		x, logProb := normals(2)(n, rng)
		for i := range n {
			s := at * float64(2*rng.IntN(2)-1)
			x.Set(i, 0, x.At(i, 0)+s)
			x.Set(i, 1, x.At(i, 1)+s)
			logProb[i] -= math.Ln2
		}
		return x, logProb
	}
}

// curve is a normal a and b = sin(2a) up to a normal error of 0.3.
func curve(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	x, logProb := normals(2)(n, rng)
	for i := range n {
		x.Set(i, 1, math.Sin(2*x.At(i, 0))+0.3*x.At(i, 1))
		logProb[i] -= math.Log(0.3)
	}
	return x, logProb
}

// total is a, b and their sum up to a normal error.
func total(sigma float64) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	return func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
		x, logProb := normals(3)(n, rng)
		for i := range n {
			x.Set(i, 2, x.At(i, 0)+x.At(i, 1)+sigma*x.At(i, 2))
			logProb[i] -= math.Log(sigma)
		}
		return x, logProb
	}
}

// copied is a and 2.54a + 7 up to a normal error.
func copied(sigma float64) func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
	return func(n int, rng *rand.Rand) (*mat.Dense, []float64) {
		x, logProb := normals(2)(n, rng)
		for i := range n {
			x.Set(i, 1, 2.54*x.At(i, 0)+7+sigma*x.At(i, 1))
			logProb[i] -= math.Log(sigma)
		}
		return x, logProb
	}
}

// cell sets the first cell of the eighth row.
func cell(v float64) func(x *mat.Dense) { return func(x *mat.Dense) { x.Set(7, 0, v) } }
