package main

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/initializers"
)

// twoMoons makes n training rows and n held-out ones: two half circles, uniform in angle, with Gaussian noise, all
// standardized with the mean and standard deviation of the training rows. It also returns their true log-density.
func twoMoons(n int, noise float64, seed uint64) (train, heldout *table, err error) {
	a, b := rawMoons(n, noise, seed, 0), rawMoons(n, noise, seed, 1)
	train, heldout = &table{}, &table{}
	if train.truth, err = moonsLogProb(a, noise); err != nil {
		return nil, nil, err
	}
	if heldout.truth, err = moonsLogProb(b, noise); err != nil {
		return nil, nil, err
	}
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
	return train, heldout, nil
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

// moonsLogProb is the true log-density of rows in raw coordinates.
func moonsLogProb(m *mat.Dense, noise float64) ([]float64, error) {
	law, err := data.NewMoons(noise)
	if err != nil {
		return nil, err
	}
	return data.LogProb(law, m)
}
