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
	blocks := s.blocks(columns)
	null, err := s.independentDraws(columns, blocks)
	if err != nil {
		return Test{}, err
	}
	return tested(pairStatistic(blocks), null), nil
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

// A block is what the tests look at of one column, a slice of numbers a row for each.
type block [][]float64

// blocks are those of columns.
func (s *Sample) blocks(columns []int) []block {
	f := features(s.scores)
	blocks := make([]block, len(columns))
	for at, j := range columns {
		if s.columns[j].name {
			blocks[at] = blockOfNames(s.values[j])
		} else {
			blocks[at] = block(f[:]).inOrder(s.columns[j].rank)
		}
	}
	return blocks
}

// blockOfNames has (1{name} − p)/√p of each name.
func blockOfNames(values []float64) (b block) {
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
		b = append(b, feature)
	}
	for i, v := range values {
		k := at[v]
		b[k][i] += 1 / math.Sqrt(counts[k]/n)
	}
	return b
}

// inOrder has in row i what row from[i] has in b.
func (b block) inOrder(from []int) block {
	moved := make(block, len(b))
	for k, feature := range b {
		moved[k] = make([]float64, len(feature))
		for i, r := range from {
			moved[k][i] = feature[r]
		}
	}
	return moved
}

// stack is the features of blocks, one in each row.
func stack(blocks []block) *mat.Dense {
	var data []float64
	for _, b := range blocks {
		for _, feature := range b {
			data = append(data, feature...)
		}
	}
	n := len(blocks[0][0])
	return mat.NewDense(len(data)/n, n, data)
}

// pairStatistic is T.
func pairStatistic(blocks []block) (t float64) {
	sums := pairSums(blocks)
	for i := range sums {
		for _, v := range sums[i][:i] {
			t += v
		}
	}
	return t
}

// pairSums are the T of every two blocks, j < i.
func pairSums(blocks []block) [][]float64 {
	n := float64(len(blocks[0][0]))
	var gram mat.SymDense
	gram.SymOuterK(1/n, stack(blocks))
	sums, row := make([][]float64, len(blocks)), 0
	for i, b := range blocks {
		sums[i] = make([]float64, len(blocks))
		for range b {
			column := 0
			for j, other := range blocks[:i] {
				for range other {
					v := gram.At(row, column)
					sums[i][j] += n * v * v
					column++
				}
			}
			row++
		}
	}
	return sums
}

var independents sync.Map // [2]int{n, d} → []float64, of numbers

// independentDraws are T of independent columns that look like these.
func (s *Sample) independentDraws(columns []int, blocks []block) ([]float64, error) {
	key := [2]int{s.n, len(columns)}
	names, _ := s.parted(columns)
	if known, ok := independents.Load(key); ok && len(names) == 0 {
		return known.([]float64), nil
	}
	wide := 0
	for _, b := range blocks {
		wide += len(b)
	}
	null := make([]float64, draws(s.n*wide*wide))
	err := initializers.EachColumn(len(null), func(b int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		rng := initializers.NewRand(uint64(b), uint64(s.n))
		moved := make([]block, len(blocks))
		for j := range moved {
			moved[j] = blocks[j].inOrder(rng.Perm(s.n))
		}
		null[b] = pairStatistic(moved)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		independents.Store(key, null)
	}
	return null, nil
}

// DependenceTest tests whether two groups of columns are independent of each other, by the T of pairs of one of each; the hypothesis is
// drawn from by giving the rows of b another order.
func (s *Sample) DependenceTest(a, b []int) (Test, error) {
	s, err := s.grouped("DependenceTest", a, b)
	if err != nil {
		return Test{}, err
	}
	left, right := stack(s.blocks(a)), stack(s.blocks(b))
	statistic := func(right *mat.Dense) float64 {
		var c mat.Dense
		c.Mul(left, right.T())
		return square(&c) / float64(s.n)
	}
	many, _ := left.Dims()
	more, _ := right.Dims()
	null := make([]float64, draws(s.n*many*more))
	err = initializers.EachColumn(len(null), func(i int) error {
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
		null[i] = statistic(moved)
		return nil
	})
	return tested(statistic(right), null), err
}

func square(m *mat.Dense) (sum float64) {
	for _, v := range m.RawMatrix().Data {
		sum += v * v
	}
	return sum
}
