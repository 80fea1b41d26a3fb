package drift

import (
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/rows"
)

// Two columns may determine each other so nearly that what tells two tables apart is lost in their ranks: trips that take ten minutes
// in one table, and between minus a day and a day in the other, have the same order of starts and ends among the trips of a year. Of
// such a pair what is left, end − start, is examined like a column of its own; its features are part of the pair's statistic.

// mostRests is the most pairs of which what is left is examined.
const mostRests = 40

// A rest is what is left of two columns that nearly determine each other.
type rest struct {
	rows.Tie
	block
	values []float64 // of all rows, A's first
}

// findRests adds the features of what is left of those pairs of blocks that nearly determine each other in the rows of both tables
// together, which does not depend on which rows are whose.
func (f *features) findRests(blocks []int) map[[2]int]*rest {
	var numbers []int
	for _, b := range blocks {
		if f.blocks[b].ranks != nil {
			numbers = append(numbers, b)
		}
	}
	ties := rows.Ties(f.values, numbers, rows.Nearly)
	rests := map[[2]int]*rest{}
	n, m := f.x.Dims()
	var all [][]float64
	for _, t := range ties[:min(len(ties), mostRests)] {
		r := &rest{Tie: t, values: t.Rest(f.values), block: block{from: m + len(all), missing: -1}}
		r.ranks = rankingOf(r.values)
		k := newBasis(n)
		k.addNumbers(r.values, r.ranks, nil)
		all = append(all, k.of...)
		r.location, r.to = r.from, m+len(all)
		if r.from < r.to {
			rests[[2]int{t.A, t.B}] = r
		}
	}
	if len(all) > 0 {
		wider := mat.NewDense(n, m+len(all), nil)
		wider.Slice(0, n, 0, m).(*mat.Dense).Copy(f.x)
		for k, v := range all {
			wider.SetCol(m+k, v)
		}
		f.x = wider
	}
	return rests
}

// statistic is T of what is left, and the number of squares in it.
func (r *rest) statistic(z []float64) (t, squares float64) {
	for k := r.from; k < r.to; k++ {
		t += z[k] * z[k]
		squares++
	}
	return t, squares
}

// describe says what became of it; of are the two columns, and n how many rows A has.
func (r *rest) describe(a, b *columns.Column, n int, z []float64) *Rest {
	of := columns.Rest(a, b, r.Slope)
	c := &aligned{of: whole(of)}
	left := func(v []float64) *sample {
		return &sample{rows: mat.NewDense(len(v), 1, v), unread: make([]*Unread, 1)}
	}
	out := column(c, 0, left(r.values[:n]), left(r.values[n:]))
	how := strings.ReplaceAll(out.how(c, r.block, z), "-", "−")
	return &Rest{Name: of.Name, Gap: out.Gap, How: how, Quantiles: out.Quantiles, Mean: out.Mean}
}
