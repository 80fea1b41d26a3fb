package drift

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Limits for pairs.
const (
	fewestPaired  = 8   // rows of the smaller table that correlations need at least
	pairedColumns = 100 // the most columns whose pairs are examined; of more columns those that depend most on others
)

// A scorer computes T of columns and pairs for any choice of rows to represent the smaller table.
type scorer struct {
	*features
	small  int              // rows of the smaller table
	pairs  [][2]int         // blocks
	used   []int            // the features that pairs use
	at     map[int]int      // index of a feature in used
	paired *mat.Dense       // rows × used
	rests  map[[2]int]*rest // of those pairs that nearly determine each other
}

func newScorer(f *features) *scorer {
	s := &scorer{features: f, small: min(f.n[0], f.n[1]), at: map[int]int{}}
	if s.small < fewestPaired {
		return s
	}
	blocks := s.pairedBlocks()
	for _, b := range blocks {
		for _, k := range f.blocks[b].pair {
			s.at[k] = len(s.used)
			s.used = append(s.used, k)
		}
	}
	if len(blocks) < 2 {
		return s
	}
	s.rests = f.findRests(blocks)
	n, _ := f.x.Dims()
	s.paired = mat.NewDense(n, len(s.used), nil)
	for to, k := range s.used {
		s.paired.SetCol(to, mat.Col(nil, k, f.x))
	}
	for i := range blocks {
		for _, j := range blocks[i+1:] {
			s.pairs = append(s.pairs, [2]int{blocks[i], j})
		}
	}
	return s
}

// A draw holds T of each column, then of each pair, and the number of squares in each.
type draw struct{ t, squares []float64 }

// score computes the statistics for a choice of as many rows as the smaller table has.
func (s *scorer) score(rows []int) draw {
	d := draw{make([]float64, len(s.blocks)+len(s.pairs)), make([]float64, len(s.blocks)+len(s.pairs))}
	z := s.z(rows)
	for j, b := range s.blocks {
		for k := b.from; k < b.to; k++ {
			d.t[j] += z[k] * z[k]
		}
		d.squares[j] = float64(b.to - b.from)
	}
	if len(s.pairs) == 0 {
		return d
	}
	few, many := s.correlations(rows)
	for p, of := range s.pairs {
		at := len(s.blocks) + p
		d.t[at], d.squares[at] = s.change(of, few, many)
		if r := s.rests[of]; r != nil {
			t, squares := r.statistic(z)
			d.t[at], d.squares[at] = d.t[at]+t, d.squares[at]+squares
		}
	}
	return d
}

// change is T of the change of a pair's correlations, and the number of squares in it.
func (s *scorer) change(of [2]int, few, many *mat.SymDense) (t, squares float64) {
	n := s.n[0] + s.n[1]
	scale := 1/float64(max(s.small-3, 1)) + 1/float64(max(n-s.small-3, 1))
	for _, k := range s.blocks[of[0]].pair {
		for _, l := range s.blocks[of[1]].pair {
			by := artanh(few.At(s.at[k], s.at[l])) - artanh(many.At(s.at[k], s.at[l]))
			t += by * by / scale
			squares++
		}
	}
	return t, squares
}

// z are the standardized sums of each feature over the rows.
func (s *scorer) z(rows []int) []float64 {
	n, m := s.x.Dims()
	z := make([]float64, m)
	for _, i := range rows {
		for k, v := range s.x.RawRowView(i) {
			z[k] += v
		}
	}
	scale := math.Sqrt(float64(len(rows)) * float64(n-len(rows)) / float64(n-1))
	for k := range z {
		z[k] /= scale
	}
	return z
}

// correlations are those of the features that pairs use, among the rows and among all others. For numbers ranks are taken among the
// rows of one side, so that a column that moved does not affect them.
func (s *scorer) correlations(rows []int) (few, many *mat.SymDense) {
	n, m := s.paired.Dims()
	side, at := s.sides(rows)
	x := [2]*mat.Dense{mat.NewDense(len(rows), m, nil), mat.NewDense(n-len(rows), m, nil)}
	for i := range n {
		copy(x[side[i]].RawRowView(at[i]), s.paired.RawRowView(i))
	}
	for _, b := range s.blocks {
		if b.ranks == nil || len(b.pair) == 0 || !s.looksAt(b.pair[0]) {
			continue
		}
		first, two := s.at[b.pair[0]], len(b.pair) > 1
		b.ranks.within(side, func(i int, share float64) {
			row := x[side[i]].RawRowView(at[i])
			if row[first] = 2*share - 1; two {
				row[first+1] = row[first]*row[first] - 1.0/3 // Legendre's second polynomial up to a factor
			}
		})
	}
	var of [2]*mat.SymDense
	for k := range x {
		of[k] = correlations(x[k])
	}
	return of[0], of[1]
}

func (s *scorer) looksAt(feature int) bool {
	_, there := s.at[feature]
	return there
}

// sides is 0 for the given rows and 1 for all others; at is the index of each row among those of its side.
func (s *scorer) sides(rows []int) (side []uint8, at []int) {
	n, _ := s.paired.Dims()
	side, at = make([]uint8, n), make([]int, n)
	for i := range side {
		side[i] = 1
	}
	for _, i := range rows {
		side[i] = 0
	}
	var count [2]int
	for i, k := range side {
		at[i] = count[k]
		count[k]++
	}
	return side, at
}

// correlations are those of the columns of x, 0 for a column with a single value.
func correlations(x *mat.Dense) *mat.SymDense {
	n, m := x.Dims()
	sum := make([]float64, m)
	for i := range n {
		floats.Add(sum, x.RawRowView(i))
	}
	c := mat.NewSymDense(m, nil)
	c.SymOuterK(1/float64(n), x.T())
	std := make([]float64, m)
	for k := range m {
		sum[k] /= float64(n)
		std[k] = math.Sqrt(max(c.At(k, k)-sum[k]*sum[k], 0))
	}
	for k := range m {
		for l := k + 1; l < m; l++ {
			r := 0.0
			if std[k] > flat && std[l] > flat {
				r = (c.At(k, l) - sum[k]*sum[l]) / (std[k] * std[l])
			}
			c.SetSym(k, l, r)
		}
	}
	return c
}

// flat is the standard deviation below which a feature counts as constant apart from rounding; in all rows together it is 1.
const flat = 1e-6

// artanh is artanh r, limited for nearly perfect correlations, which occur by chance if there are few rows.
func artanh(r float64) float64 { return math.Atanh(max(-0.99, min(0.99, r))) }

// pairedBlocks are the blocks whose pairs are examined, chosen without regard to which table a row belongs to.
func (s *scorer) pairedBlocks() (blocks []int) {
	for j, b := range s.blocks {
		if len(b.pair) > 0 {
			blocks = append(blocks, j)
		}
	}
	if len(blocks) <= pairedColumns {
		return blocks
	}
	return mostDependent(s.features, blocks, pairedColumns)
}
