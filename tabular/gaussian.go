package tabular

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/rows"
)

// A shrunk is one Gaussian of d columns with a shrinkage estimate of the covariance, which exists for any number of rows. In
// units u of the columns it is
//
//	Σ = ρ·m·I + (1 − ρ)·S,  m = tr S/d,
//
// where S is the covariance of the rows (divisor N) and ρ is chosen to minimize the expected squared error, as estimated from
// the rows (Ledoit & Wolf 2004, J. Multivariate Analysis 88, 365–411). The rows have at most N − 1 principal axes; in all other
// directions the variance is ρ·m.
//
// The units are the columns' standard deviations, shrunk towards each other as far as they differ no more than those of N normal
// rows would: the logarithm of such a variance has the variance 2/(N − 1). Each logarithm is moved towards their mean by the ratio
// of that to the variance that is observed among them (Efron & Morris 1973).
type shrunk struct {
	mean, unit []float64  // d
	axes       *mat.Dense // d×r, orthonormal
	variances  []float64  // r, along the axes, in units
	rest       float64    // variance in all other directions
}

// newShrunk fits a shrunk to rows.
func newShrunk(x *mat.Dense) (*shrunk, error) {
	n, d := x.Dims()
	g := &shrunk{mean: make([]float64, d), unit: make([]float64, d)}
	for j := range d {
		g.mean[j], g.unit[j] = rows.MeanStd(mat.Col(nil, j, x))
	}
	shrinkUnits(g.unit, n)
	y := mat.NewDense(n, d, nil)
	y.Apply(func(i, j int, v float64) float64 { return (v - g.mean[j]) / g.unit[j] }, x)
	var err error
	if g.axes, g.variances, err = principal(y); err != nil {
		return nil, err
	}
	g.shrink(y)
	return g, nil
}

// shrinkUnits shrinks the standard deviations of n rows towards each other. If one is 0 the others stay, and 0 becomes
// 1.
func shrinkUnits(unit []float64, n int) {
	logs := make([]float64, len(unit))
	for j, s := range unit {
		if s == 0 {
			unit[j] = 1
		}
		logs[j] = 2 * math.Log(unit[j])
	}
	if n < 2 || len(unit) < 2 {
		return
	}
	mean, seen := stat.MeanVariance(logs, nil)
	own := math.Max(0, 1-2/float64(n-1)/math.Max(seen, 1e-300))
	for j, l := range logs {
		unit[j] = math.Exp((mean + own*(l-mean)) / 2)
	}
}

// principal are the axes along which the centred rows y vary, with their variances (divisor N), from the smaller of YᵀY
// and YYᵀ.
func principal(y *mat.Dense) (axes *mat.Dense, variances []float64, err error) {
	n, d := y.Dims()
	product := mat.NewSymDense(min(n, d), nil)
	if d <= n {
		product.SymOuterK(1/float64(n), y.T())
	} else {
		product.SymOuterK(1/float64(n), y)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(product, true) {
		return nil, nil, errors.New("the eigenvalues of the covariance did not converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	variances = eigen.Values(nil)
	if d <= n {
		return &vectors, variances, nil
	}
	first := 0 // the rows are centred, so at least one variance is 0
	for first < n-1 && variances[first] < 1e-9*variances[n-1] {
		first++
	}
	variances = variances[first:]
	axes = mat.NewDense(d, n-first, nil)
	axes.Mul(y.T(), vectors.Slice(0, n, first, n))
	for k, v := range variances {
		scale := 1 / math.Sqrt(v*float64(n))
		for i := range d {
			axes.Set(i, k, axes.At(i, k)*scale)
		}
	}
	return axes, variances, nil
}

// leastVariance is the least variance of a direction, as a share of the mean variance: float64 cannot distinguish less
// from rounding.
const leastVariance = 1e-12

// shrink changes the variances along the axes from those of S to those of Σ; y are the rows.
func (g *shrunk) shrink(y *mat.Dense) {
	n, d := y.Dims()
	fourth := 0.0
	for i := range n {
		square := floats.Dot(y.RawRowView(i), y.RawRowView(i))
		fourth += square * square
	}
	m, squares := floats.Sum(g.variances)/float64(d), floats.Dot(g.variances, g.variances)
	spread := squares/float64(d) - m*m                               // ‖S − m·I‖²/d
	noise := (fourth/float64(n) - squares) / float64(n) / float64(d) // the expected error of S
	share := 1.0
	if spread > 0 {
		share = min(max(noise, 0)/spread, 1)
	}
	for k, v := range g.variances {
		g.variances[k] = max(share*m+(1-share)*v, leastVariance*m)
	}
	g.rest = max(share*m, leastVariance*m)
}

// layers expresses the Gaussian as a flow: units, a rotation to the axes, their scales.
func (g *shrunk) layers(dtype graph.Dtype) ([]flows.Named, error) {
	d := len(g.mean)
	units, err := fixedUnits(g.mean, g.unit, dtype)
	if err != nil {
		return nil, err
	}
	named := []flows.Named{{Name: "gaussian.units", Layer: units}}
	if d > 1 {
		v, err := initializers.HouseholderBasis(g.axes)
		if err != nil {
			return nil, err
		}
		rotation, err := layers.NewHouseholder(d, layers.HouseholderConfig{Reflectors: len(g.variances), Dtype: dtype})
		if err == nil {
			err = fixed(rotation, v.RawMatrix().Data)
		}
		if err != nil {
			return nil, err
		}
		named = append(named, flows.Named{Name: "gaussian.axes", Layer: rotation})
	}
	scale := make([]float64, d)
	for k := range scale {
		scale[k] = math.Sqrt(g.rest)
		if k < len(g.variances) {
			scale[k] = math.Sqrt(g.variances[k])
		}
	}
	scales, err := fixedUnits(make([]float64, d), scale, dtype)
	return append(named, flows.Named{Name: "gaussian.scales", Layer: scales}), err
}

// fixedUnits is the standardizer (x − shift)/scale.
func fixedUnits(shift, scale []float64, dtype graph.Dtype) (*layers.Standardize, error) {
	s, err := layers.NewStandardize(mat.NewDense(1, len(shift), nil), layers.AffineConfig{Dtype: dtype})
	if err != nil {
		return nil, err
	}
	logs := make([]float64, len(scale))
	for j, v := range scale {
		logs[j] = math.Log(v)
	}
	return s, fixed(s, shift, logs)
}

// fixed sets the values of a layer's parameters and excludes them from training.
func fixed(l layers.Bijector, values ...[]float64) error {
	for i, p := range l.Params() {
		if err := p.Set(values[i]); err != nil {
			return err
		}
		p.Trainable = false
	}
	return nil
}
