package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/info"
)

// A bow is a pair (x, y) with x normal and y = g(x) + noise·e. Its mutual information is h(y) − h(noise·e), the first term by
// quadrature.
type bow struct {
	name  string
	g     func(x float64) float64
	noise float64
}

var bows = []bow{
	{"y = x² + ½e", func(x float64) float64 { return x * x }, 0.5},
	{"y = sin 3x + 0.3e", func(x float64) float64 { return math.Sin(3 * x) }, 0.3},
}

func density(x, std float64) float64 {
	return math.Exp(-0.5*x*x/(std*std)) / (std * math.Sqrt(2*math.Pi))
}

func (b bow) truth() float64 {
	const nx, ny, reach, low, high = 1500, 2000, 6.0, -4.0, 24.0
	dx, dy, h := 2*reach/nx, (high-low)/ny, 0.0
	for i := range ny {
		y, p := low+(float64(i)+0.5)*dy, 0.0
		for k := range nx {
			x := -reach + (float64(k)+0.5)*dx
			p += density(x, 1) * density(y-b.g(x), b.noise) * dx
		}
		if p > 0 {
			h -= p * math.Log(p) * dy
		}
	}
	return h - math.Log(b.noise) - 0.5*math.Log(2*math.Pi*math.E)
}

func (b bow) draw(n int, rng *rand.Rand) *mat.Dense {
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		v := rng.NormFloat64()
		x.SetRow(i, []float64{v, b.g(v) + b.noise*rng.NormFloat64()})
	}
	return x
}

// moonsTruth is the total correlation of two moons by a grid.
func moonsTruth(of data.Distribution) (float64, error) {
	const nx, ny, x0, x1, y0, y1 = 500, 400, -1.5, 2.5, -1.0, 1.5
	dx, dy := (x1-x0)/nx, (y1-y0)/ny
	grid := mat.NewDense(nx*ny, 2, nil)
	for i := range nx {
		for j := range ny {
			grid.SetRow(i*ny+j, []float64{x0 + (float64(i)+0.5)*dx, y0 + (float64(j)+0.5)*dy})
		}
	}
	logProb, err := data.LogProb(of, grid)
	if err != nil {
		return 0, err
	}
	var px, py [nx]float64
	tc := 0.0
	for at, l := range logProb {
		p := math.Exp(l)
		px[at/ny] += p * dy
		py[at%ny] += p * dx
		if p > 0 {
			tc += p * l * dx * dy
		}
	}
	for i := range nx {
		if px[i] > 0 {
			tc -= px[i] * math.Log(px[i]) * dx
		}
		if py[i] > 0 {
			tc -= py[i] * math.Log(py[i]) * dy
		}
	}
	return tc, nil
}

// A shape is a distribution that no elliptical copula has, and whose total correlation is found by quadrature.
type shape struct {
	name  string
	truth func() (float64, error)
	draw  func(n int, rng *rand.Rand) (*mat.Dense, error)
}

func shapes() ([]shape, error) {
	moons, err := data.ToyDistribution("moons")
	if err != nil {
		return nil, err
	}
	var all []shape
	for _, b := range bows {
		all = append(all, shape{b.name, func() (float64, error) { return b.truth(), nil }, func(n int, rng *rand.Rand) (*mat.Dense, error) { return b.draw(n, rng), nil }})
	}
	first := all[0]
	return append(all, shape{first.name + " beside 3 apart", first.truth, func(n int, rng *rand.Rand) (*mat.Dense, error) {
		x := mat.NewDense(n, 5, nil)
		x.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, x)
		x.Slice(0, n, 0, 2).(*mat.Dense).Copy(bows[0].draw(n, rng))
		return x, nil
	}}, shape{"both bows and 1 apart", func() (float64, error) { return bows[0].truth() + bows[1].truth(), nil }, func(n int, rng *rand.Rand) (*mat.Dense, error) {
		x := mat.NewDense(n, 5, nil)
		x.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, x)
		x.Slice(0, n, 0, 2).(*mat.Dense).Copy(bows[0].draw(n, rng))
		x.Slice(0, n, 3, 5).(*mat.Dense).Copy(bows[1].draw(n, rng))
		return x, nil
	}}, shape{"two moons", func() (float64, error) { return moonsTruth(moons) }, func(n int, rng *rand.Rand) (*mat.Dense, error) {
		t, err := data.Draw(moons, n, rng)
		if err != nil {
			return nil, err
		}
		return t.X, nil
	}}), nil
}

// shapeStudies are about shapes, with one way of estimating the non-elliptical remainder after another, where
// estimators differ most. wanted selects them by name.
func shapeStudies(wanted func(name string) bool) (all []study, err error) {
	of, err := shapes()
	if err != nil {
		return nil, err
	}
	for _, s := range of {
		truth := math.NaN()
		for _, by := range []info.Remainder{info.Auto, info.Neighbours, info.Flow, info.RBIG, info.Sums} {
			name := fmt.Sprintf("TC, %s, n = 5000, by %s", s.name, by)
			if !wanted(name) {
				continue
			}
			if math.IsNaN(truth) {
				if truth, err = s.truth(); err != nil {
					return nil, err
				}
			}
			all = append(all, study{name: name, truth: truth, within: 0.02, estimate: func(rng *rand.Rand) (info.Estimate, error) {
				x, err := s.draw(5000, rng)
				if err != nil {
					return info.Estimate{}, err
				}
				sample, err := info.Of(x, info.Config{Remainder: by})
				if err != nil {
					return info.Estimate{}, err
				}
				return sample.TotalCorrelation()
			}})
		}
	}
	return all, nil
}
