package info

import (
	"errors"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/initializers"
)

// A Test is the outcome of a test of a hypothesis by simulation, at any number of rows: P is the share of draws of the hypothesis whose
// Statistic is no less, this one among them, so that under the hypothesis P ≤ α in a share α of samples. Where a draw is dear there are
// fewer than a thousand, and P is that of a gamma law of their mean and variance: the statistics are sums of many squares.
type Test struct {
	Statistic float64 `json:"statistic"`
	P         float64 `json:"p"`
	Draws     int     `json:"draws"`
}

// orders is how many Hermite polynomials of a column's normal scores the tests look at.
const orders = 3

// draws is how many times a hypothesis is drawn, by the numbers that one draw takes.
func draws(cost int) int {
	switch {
	case cost < 1<<20:
		return 1999
	case cost < 1<<26:
		return 199
	}
	return 99
}

// enoughDraws is how many say by themselves what share lies beyond.
const enoughDraws = 999

// features are the polynomials of each rank's normal score, each of mean 0 and mean square 1 over the ranks.
func features(scores []float64) (of [orders][]float64) {
	for k := range of {
		of[k] = make([]float64, len(scores))
		for r, z := range scores {
			of[k][r] = hermite(z)[k]
		}
		m := mean(of[k])
		std := math.Sqrt(variance(of[k], m))
		for r := range of[k] {
			of[k][r] = (of[k][r] - m) / std
		}
	}
	return of
}

// IndependenceTest tests whether all of some columns, all of the sample's where none are named, are independent: by
//
//	T = n·Σ mean(f_a(x_i)·f_b(x_j))²,  i < j,  a, b = 1 … 3,
//
// f the Hermite polynomials of the columns' normal scores. That is ranks alone, whose law under the hypothesis is known: each column's are a
// random order. So it is drawn from, once for each number of rows and columns. It looks at pairs: columns that depend on each other only
// three together pass it.
//
// Source: Kallenberg & Ledwina 1999, Data-driven rank tests for independence; by Hermite in place of Legendre polynomials.
func (s *Sample) IndependenceTest(columns ...int) (Test, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	if err := s.check("IndependenceTest", columns); err != nil {
		return Test{}, err
	}
	if len(columns) < 2 {
		return Test{}, errors.New("info: IndependenceTest: got one column, want two at least")
	}
	ranks := make([][]int, len(columns))
	for i, j := range columns {
		ranks[i] = s.columns[j].rank
	}
	t := pairStatistic(ranks, features(s.scores))
	null, err := s.independentDraws(len(columns))
	if err != nil {
		return Test{}, err
	}
	return tested(t, null), nil
}

// tested is the outcome beside draws of the hypothesis.
func tested(t float64, null []float64) Test {
	r := Test{Statistic: t, Draws: len(null)}
	if len(null) >= enoughDraws {
		more := 1
		for _, v := range null {
			if v >= t {
				more++
			}
		}
		r.P = float64(more) / float64(len(null)+1)
		return r
	}
	m := mean(null)
	v := variance(null, m)
	r.P = distuv.Gamma{Alpha: m * m / v, Beta: m / v}.Survival(t)
	return r
}

// pairStatistic is T.
func pairStatistic(ranks [][]int, f [orders][]float64) float64 {
	d, n := len(ranks), len(f[0])
	x := mat.NewDense(d*orders, n, nil)
	for j, rank := range ranks {
		for k := range orders {
			row := x.RawRowView(j*orders + k)
			for i, r := range rank {
				row[i] = f[k][r]
			}
		}
	}
	var gram mat.SymDense
	gram.SymOuterK(1/float64(n), x)
	sum := 0.0
	for i := range d * orders {
		for j := (i/orders + 1) * orders; j < d*orders; j++ {
			sum += gram.At(i, j) * gram.At(i, j)
		}
	}
	return float64(n) * sum
}

var independents sync.Map // [2]int{n, d} → []float64

// independentDraws are T of independent columns.
func (s *Sample) independentDraws(d int) ([]float64, error) {
	key := [2]int{s.n, d}
	if known, ok := independents.Load(key); ok {
		return known.([]float64), nil
	}
	f := features(s.scores)
	null := make([]float64, draws(s.n*d*d*orders*orders))
	err := initializers.EachColumn(len(null), func(b int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		rng := initializers.NewRand(uint64(b), uint64(s.n))
		ranks := make([][]int, d)
		for j := range ranks {
			ranks[j] = rng.Perm(s.n)
		}
		null[b] = pairStatistic(ranks, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	independents.Store(key, null)
	return null, nil
}

// DependenceTest tests whether two groups of columns are independent of each other, by the T of pairs of one of each; the hypothesis is
// drawn from by giving the rows of b another order.
func (s *Sample) DependenceTest(a, b []int) (Test, error) {
	if err := s.grouped("DependenceTest", a, b); err != nil {
		return Test{}, err
	}
	f := features(s.scores)
	build := func(group []int, order []int) *mat.Dense {
		x := mat.NewDense(len(group)*orders, s.n, nil)
		for at, j := range group {
			rank := s.columns[j].rank
			for k := range orders {
				row := x.RawRowView(at*orders + k)
				for i, from := range order {
					row[i] = f[k][rank[from]]
				}
			}
		}
		return x
	}
	plain := initializers.NewRand(0, 0).Perm(s.n)
	for i := range plain {
		plain[i] = i
	}
	left := build(a, plain)
	statistic := func(order []int) float64 {
		var c mat.Dense
		c.Mul(left, build(b, order).T())
		return square(&c) / float64(s.n)
	}
	null := make([]float64, draws(s.n*len(a)*len(b)*orders*orders))
	err := initializers.EachColumn(len(null), func(i int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		null[i] = statistic(initializers.NewRand(s.config.Seed+uint64(i), 11).Perm(s.n))
		return nil
	})
	return tested(statistic(plain), null), err
}

func square(m *mat.Dense) (sum float64) {
	for _, v := range m.RawMatrix().Data {
		sum += v * v
	}
	return sum
}
