package drift

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// The features of a column, at most.
const (
	orders       = 4  // polynomials of ranks
	shownLevels  = 20 // the commonest levels of a category; the others count as one
	pairFeatures = 2  // features of each column that a pair uses
)

// A block is the features of one column; they are adjacent in a row of features.
type block struct {
	from, to int
	missing  int      // index of the indicator of missing cells; -1 if there is none
	pair     []int    // indexes of the features used in pairs: the first ones about values
	location int      // index of the rank, for numbers and times; else -1
	ranks    *ranking // for numbers and times
}

// features are those of the rows of both tables, A's first. Each has mean 0 and mean square 1 over all rows, and those of a
// column are orthogonal.
type features struct {
	n      [2]int
	values *mat.Dense // rows × columns
	x      *mat.Dense // rows × features
	blocks []block
}

func newFeatures(c []aligned, a, b *sample) *features {
	f := &features{n: [2]int{a.kept(), b.kept()}}
	f.values = mat.NewDense(f.n[0]+f.n[1], len(c), nil)
	var all [][]float64
	for j := range c {
		values := append(mat.Col(nil, j, a.rows), mat.Col(nil, j, b.rows)...)
		f.values.SetCol(j, values)
		k := newBasis(len(values))
		out := block{from: len(all), missing: -1, location: -1}
		if k.add(missing(values)) {
			out.missing = out.from
		}
		first := len(k.of)
		column := &c[j].of[0]
		if len(column.Levels) > 0 {
			k.addLevels(values, len(column.Levels))
		} else {
			out.ranks = rankingOf(values)
			k.addNumbers(values, out.ranks, column.Atoms)
			if len(k.of) > first {
				out.location = out.from + first
			}
		}
		for at := first; at < min(len(k.of), first+pairFeatures); at++ {
			out.pair = append(out.pair, out.from+at)
		}
		all = append(all, k.of...)
		out.to = len(all)
		f.blocks = append(f.blocks, out)
	}
	f.x = mat.NewDense(f.n[0]+f.n[1], max(len(all), 1), nil) // a matrix cannot be empty, and a column of zeros has no effect
	for k, v := range all {
		f.x.SetCol(k, v)
	}
	return f
}

func (s *sample) kept() int {
	if s.rows == nil {
		return 0
	}
	n, _ := s.rows.Dims()
	return n
}

func missing(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		if math.IsNaN(v) {
			out[i] = 1
		}
	}
	return out
}

// A basis is a set of orthogonal vectors with mean 0 and mean square 1 (Gram–Schmidt).
type basis struct {
	n  int
	of [][]float64
}

func newBasis(n int) *basis { return &basis{n: n} }

// independent is the least share of a vector's square that must remain after projection on the others.
const independent = 1e-6

// add adds the part of a vector that is orthogonal to the others, if there is any; it changes v.
func (b *basis) add(v []float64) bool {
	floats.AddConst(-floats.Sum(v)/float64(b.n), v)
	before := floats.Dot(v, v)
	for range 2 { // the second time removes what rounding has left
		for _, u := range b.of {
			floats.AddScaled(v, -floats.Dot(u, v)/float64(b.n), u)
		}
	}
	square := floats.Dot(v, v)
	if !(square > independent*before) || square == 0 {
		return false
	}
	floats.Scale(math.Sqrt(float64(b.n)/square), v)
	b.of = append(b.of, v)
	return true
}

// addLevels adds an indicator for each level of a category, the commonest first.
func (b *basis) addLevels(values []float64, levels int) {
	counts := make([]int, levels)
	for _, v := range values {
		if v >= 0 {
			counts[int(v)]++
		}
	}
	order := make([]int, levels)
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(counts[j], counts[i]) })
	for _, k := range order[:min(levels, shownLevels)] {
		is := make([]float64, len(values))
		for i, v := range values {
			if v == float64(k) {
				is[i] = 1
			}
		}
		b.add(is)
	}
}

// addNumbers adds polynomials of the ranks, with equal ranks for equal values, and an indicator for each atom.
func (b *basis) addNumbers(values []float64, r *ranking, atoms []columns.Atom) {
	u := r.shares(len(values))
	for order := 1; order <= orders; order++ {
		power := make([]float64, len(u))
		for _, i := range r.order {
			power[i] = math.Pow(u[i]-0.5, float64(order))
		}
		mean := floats.Sum(power) / float64(max(len(r.order), 1))
		for _, i := range r.order { // only rows with a value: in a missing cell values holds 0
			power[i] -= mean
		}
		b.add(power)
	}
	for _, a := range atoms {
		is := make([]float64, len(values))
		for i, v := range values {
			if v == a.Value {
				is[i] = 1
			}
		}
		b.add(is)
	}
}
