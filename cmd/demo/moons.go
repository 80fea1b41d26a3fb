package main

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
)

// twoMoons makes n rows to train on and n held-out ones: two half circles, uniform in angle, with Gaussian noise,
// both standardized with the mean and standard deviation of the first. The true log-density comes with them.
func twoMoons(n int, noise float64, seed uint64) (train, heldout *table) {
	a, b := rawMoons(n, noise, seed, 0), rawMoons(n, noise, seed, 1)
	train, heldout = &table{truth: moonsLogProb(a, noise)}, &table{truth: moonsLogProb(b, noise)}
	logScale := 0.0
	for j := range 2 {
		mean, std := stat.PopMeanStdDev(mat.Col(nil, j, a), nil)
		for _, m := range []*mat.Dense{a, b} {
			for i := range n {
				m.Set(i, j, (m.At(i, j)-mean)/std)
			}
		}
		logScale += math.Log(std)
	}
	for i := range n {
		train.truth[i] += logScale
		heldout.truth[i] += logScale
	}
	train.x, heldout.x = a, b
	return train, heldout
}

// moon is the point at angle θ of the outer (0) or inner (1) half circle.
func moon(which int, theta float64) (x, y float64) {
	if which == 0 {
		return math.Cos(theta), math.Sin(theta)
	}
	return 1 - math.Cos(theta), 0.5 - math.Sin(theta)
}

func rawMoons(n int, noise float64, seed, stream uint64) *mat.Dense {
	rng := initializers.NewRand(seed, 100+stream)
	m := mat.NewDense(n, 2, nil)
	for i := range n {
		x, y := moon(i%2, math.Pi*rng.Float64())
		m.SetRow(i, []float64{x + noise*rng.NormFloat64(), y + noise*rng.NormFloat64()})
	}
	return m
}

// moonsLogProb integrates the density over the angle by the trapezoidal rule, whose step of noise/5 along the arc
// leaves an error far below 1e-6.
func moonsLogProb(m *mat.Dense, noise float64) []float64 {
	n, _ := m.Dims()
	steps := int(math.Ceil(5 * math.Pi / noise))
	var arc [2][][2]float64
	for which := range arc {
		for s := range steps + 1 {
			x, y := moon(which, math.Pi*float64(s)/float64(steps))
			arc[which] = append(arc[which], [2]float64{x, y})
		}
	}
	out := make([]float64, n)
	terms := make([]float64, 0, 2*(steps+1))
	for i := range out {
		terms = terms[:0]
		for which := range arc {
			for s, p := range arc[which] {
				dx, dy := (m.At(i, 0)-p[0])/noise, (m.At(i, 1)-p[1])/noise
				t := kernel.LogPDF(dx) + kernel.LogPDF(dy)
				if s == 0 || s == steps {
					t -= math.Ln2
				}
				terms = append(terms, t)
			}
		}
		out[i] = kernel.LogSumExp(terms) - math.Log(2*float64(steps)) - 2*math.Log(noise)
	}
	return out
}
