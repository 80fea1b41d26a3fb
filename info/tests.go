package info

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/initializers"
)

// A Test is the outcome of a test of a hypothesis by simulation, at any number of rows: P is the share of draws of the hypothesis whose
// Statistic is no less, this one among them, so that under the hypothesis P ≤ α in a share α of samples. Where a draw is dear there are
// fewer than a thousand, and P is that of a gamma law of the statistics' mean, which is known, and of their variance in the draws: the
// statistics are sums of many squares.
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
	case cost < 1<<18:
		return 4999
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
//	T = n·Σ mean(f_a(x_i)·f_b(x_j))²,  i < j,
//
// f of a column of numbers the first three Hermite polynomials of its normal scores, and of one of names (1{name} − p)/√p for each of them,
// which of two such columns is Pearson's χ². Under the hypothesis each column's rows may stand in any order, which is drawn from, of numbers
// alone once for each number of rows and columns. It looks at pairs: columns that depend on each other only three together pass it.
//
// Source: Kallenberg & Ledwina 1999, Data-driven rank tests for independence; by Hermite in place of Legendre polynomials.
func (s *Sample) IndependenceTest(columns ...int) (Test, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	s, err := s.whole("IndependenceTest", columns)
	if err != nil {
		return Test{}, err
	}
	if len(columns) < 2 {
		return Test{}, errors.New("info: IndependenceTest: got one column, want two at least")
	}
	x := s.features(columns)
	null, err := s.independentDraws(columns, x)
	if err != nil {
		return Test{}, err
	}
	t := 0.0
	for _, v := range x.pairs() {
		t += v
	}
	return null.test(t), nil
}

// A null is what a statistic is under a hypothesis.
type null struct {
	draws          []float64
	mean, variance float64
}

// test is the outcome beside it.
func (h null) test(t float64) Test {
	r := Test{Statistic: t, Draws: len(h.draws)}
	if len(h.draws) >= enoughDraws {
		more := 1
		for _, v := range h.draws {
			if v >= t {
				more++
			}
		}
		r.P = float64(more) / float64(len(h.draws)+1)
		return r
	}
	r.P = distuv.Gamma{Alpha: h.mean * h.mean / h.variance, Beta: h.mean / h.variance}.Survival(t)
	return r
}

// A featured sample is what the tests look at of columns: numbers of each row whose mean is 0, several of each column.
type featured struct {
	x  *mat.Dense // a row for each feature
	of []int      // its column, ascending from 0
}

// features are those of columns.
func (s *Sample) features(columns []int) featured {
	var f featured
	var data []float64
	hermite := features(s.scores)
	for at, j := range columns {
		own := hermite[:]
		if s.columns[j].name {
			own = ofNames(s.values[j])
		}
		for _, feature := range own {
			f.of = append(f.of, at)
			if s.columns[j].name {
				data = append(data, feature...)
				continue
			}
			for _, r := range s.columns[j].rank {
				data = append(data, feature[r])
			}
		}
	}
	f.x = mat.NewDense(len(f.of), s.n, data)
	return f
}

// ofNames are (1{name} − p)/√p of each name.
func ofNames(values []float64) (of [][]float64) {
	n := float64(len(values))
	at := map[float64]int{}
	var counts []float64
	for _, v := range values {
		k, known := at[v]
		if !known {
			k = len(counts)
			at[v] = k
			counts = append(counts, 0)
		}
		counts[k]++
	}
	for _, c := range counts {
		feature := make([]float64, len(values))
		for i := range feature {
			feature[i] = -math.Sqrt(c / n)
		}
		of = append(of, feature)
	}
	for i, v := range values {
		k := at[v]
		of[k][i] += 1 / math.Sqrt(counts[k]/n)
	}
	return of
}

// dealt is the features with the rows of each column but the first in another order, each in its own.
func (f featured) dealt(rng *rand.Rand) featured {
	moved := mat.DenseCopyOf(f.x)
	_, n := f.x.Dims()
	var order []int
	for k, column := range f.of {
		switch {
		case column == 0:
			continue
		case f.of[k-1] != column:
			order = rng.Perm(n)
		}
		from, to := f.x.RawRowView(k), moved.RawRowView(k)
		for i, r := range order {
			to[i] = from[r]
		}
	}
	return featured{moved, f.of}
}

// pairs are the T of every two columns, n times the sum of the squared means of their features' products.
func (f featured) pairs() []float64 {
	rows, n := f.x.Dims()
	d := f.of[rows-1] + 1
	var gram mat.SymDense
	gram.SymOuterK(1, f.x)
	sums := make([]float64, d*(d-1)/2)
	for k, b := range f.of {
		for l, a := range f.of[:k] {
			if a < b {
				v := gram.At(k, l)
				sums[b*(b-1)/2+a] += v * v / float64(n)
			}
		}
	}
	return sums
}

// expected is the mean of the sum of pairs of columns whose rows stand in any order: of two features Σf²·Σg²/(n(n−1)).
func (f featured) expected() (mean float64) {
	rows, n := f.x.Dims()
	squares := make([]float64, f.of[rows-1]+1)
	for k, column := range f.of {
		row := f.x.RawRowView(k)
		for _, v := range row {
			squares[column] += v * v
		}
	}
	before := 0.0
	for _, v := range squares {
		mean += before * v
		before += v
	}
	return mean / (float64(n) * float64(n-1))
}

var independents sync.Map // [2]int{n, d} → null, of numbers

// independentDraws are T of independent columns that look like these. Those of two pairs of columns do not depend on each other, so that their
// variances add up.
func (s *Sample) independentDraws(columns []int, x featured) (null, error) {
	key := [2]int{s.n, len(columns)}
	names, _ := s.parted(columns)
	if known, ok := independents.Load(key); ok && len(names) == 0 {
		return known.(null), nil
	}
	wide, _ := x.x.Dims()
	h := null{draws: make([]float64, draws(s.n*wide*wide)), mean: x.expected()}
	pairs := make([][]float64, len(h.draws))
	err := initializers.EachColumn(len(h.draws), func(b int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		pairs[b] = x.dealt(initializers.NewRand(uint64(b), uint64(s.n))).pairs()
		for _, v := range pairs[b] {
			h.draws[b] += v
		}
		return nil
	})
	if err != nil {
		return null{}, err
	}
	one := make([]float64, len(pairs))
	for pair := range pairs[0] {
		for b := range pairs {
			one[b] = pairs[b][pair]
		}
		h.variance += variance(one, mean(one))
	}
	if len(names) == 0 {
		independents.Store(key, h)
	}
	return h, nil
}

// DependenceTest tests whether two groups of columns are independent of each other, by the T of pairs of one of each; the hypothesis is
// drawn from by giving the rows of b another order.
func (s *Sample) DependenceTest(a, b []int) (Test, error) {
	s, err := s.grouped("DependenceTest", a, b)
	if err != nil {
		return Test{}, err
	}
	left, right := s.features(a).x, s.features(b).x
	n := float64(s.n)
	statistic := func(right *mat.Dense) float64 {
		var c mat.Dense
		c.Mul(left, right.T())
		return square(&c) / n
	}
	many, _ := left.Dims()
	more, _ := right.Dims()
	h := null{draws: make([]float64, draws(s.n*many*more)), mean: square(left) * square(right) / (n * (n - 1))}
	err = initializers.EachColumn(len(h.draws), func(i int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		order := initializers.NewRand(s.config.Seed+uint64(i), 11).Perm(s.n)
		moved := mat.NewDense(more, s.n, nil)
		for k := range more {
			from, to := right.RawRowView(k), moved.RawRowView(k)
			for i, r := range order {
				to[i] = from[r]
			}
		}
		h.draws[i] = statistic(moved)
		return nil
	})
	h.variance = variance(h.draws, h.mean)
	return h.test(statistic(right)), err
}

func square(m *mat.Dense) (sum float64) {
	for _, v := range m.RawMatrix().Data {
		sum += v * v
	}
	return sum
}
