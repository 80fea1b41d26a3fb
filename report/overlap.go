package report

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// A number gets this many codes, each with about equally many rows of the table, in addition to codes for its atoms and for
// missing cells; altogether there are at most cells codes.
const (
	parts = 8
	cells = 16
)

// coder assigns a few codes to a column's values, whatever its kind, so that all kinds are compared in the same way.
type coder struct {
	field *field
	cuts  []float64 // for a number: the boundaries between codes, ascending
}

func newCoder(f *field, rows []float64) coder {
	c := coder{field: f}
	if f.category() {
		return c
	}
	values := slices.DeleteFunc(slices.Clone(rows), func(v float64) bool { return math.IsNaN(v) || slices.Contains(f.atoms, v) })
	slices.Sort(values)
	for k := 1; k < parts && len(values) > 0; k++ {
		c.cuts = append(c.cuts, values[k*len(values)/parts]-f.quantum/2) // between the points of a grid, around which a flow's samples are spread
	}
	c.cuts = slices.Compact(c.cuts)
	return c
}

// code is less than cells; 0 stands for a missing cell.
func (c coder) code(v float64) uint8 {
	switch {
	case math.IsNaN(v):
		return 0
	case c.field.category():
		return uint8(1 + c.field.bar(v))
	}
	if at := slices.Index(c.field.atoms, v); at >= 0 {
		return uint8(1 + at)
	}
	return uint8(1 + len(c.field.atoms) + sort.Search(len(c.cuts), func(k int) bool { return c.cuts[k] > v }))
}

// codes are those of column j of x in the given rows.
func (c coder) codes(x *mat.Dense, j int, rows []int) []uint8 {
	out := make([]uint8, len(rows))
	for k, i := range rows {
		out[k] = c.code(x.At(i, j))
	}
	return out
}

// counts are how many rows have each pair of codes.
type counts [cells * cells]int32

func (c *counts) add(a, b []uint8) {
	for i, k := range a {
		c[int(k)*cells+int(b[i])]++
	}
}

// overlap is the share that two samples with equally many rows have in common: 1 minus their total variation distance.
func overlap(a, b *counts, rows int) float64 {
	common := int32(0)
	for k, n := range a {
		common += min(n, b[k])
	}
	return float64(common) / float64(max(rows, 1))
}

// dependence is Cramér's V of two columns of codes, bias-corrected (Bergsma 2013, J. Korean Stat. Soc. 42): 0 if they are
// independent, 1 if one determines the other.
func dependence(c *counts) float64 {
	var n float64
	var row, column [cells]float64
	for k, m := range c {
		row[k/cells] += float64(m)
		column[k%cells] += float64(m)
		n += float64(m)
	}
	if n < 2 {
		return 0
	}
	square, r, k := -1.0, 0.0, 0.0 // χ²/n
	for at, m := range c {
		if m > 0 {
			square += float64(m) / row[at/cells] * float64(m) / column[at%cells]
		}
	}
	for i := range cells {
		if row[i] > 0 {
			r++
		}
		if column[i] > 0 {
			k++
		}
	}
	square = math.Max(0, square-(r-1)*(k-1)/(n-1))
	most := math.Min(r-(r-1)*(r-1)/(n-1), k-(k-1)*(k-1)/(n-1)) - 1
	if !(most > 0) {
		return 0
	}
	return math.Min(1, math.Sqrt(square/most))
}

// likeness is the overlap of samples with the table, and of two halves of the table with each other, in a column or in
// a pair of columns.
type likeness struct {
	a, b               int     // the columns; equal for a single column
	model, table       float64 // overlaps
	inTable, inSamples float64 // dependence in the table and in the samples
	rest               *tied   // if the columns nearly determine each other
}

// gap is how much less the samples overlap with half of the table than its other half does.
func (l likeness) gap() float64 { return l.table - l.model }

// likenesses compares samples and two halves of the table, all with equally many rows.
type likenesses struct {
	rows    int
	columns []likeness // each column, in the model's order
	pairs   []likeness // each pair that is examined
	among   int        // number of columns that enter pairs
}

// pairedColumns is the most columns whose pairs are examined, those that fit worst, so that the time for a page is bounded.
const pairedColumns = 320

func (s *study) likenesses() *likenesses {
	n, d := s.plain.Dims()
	drawn, _ := s.samples.Dims()
	l := &likenesses{rows: min(n/2, drawn)}
	order := s.rng.Perm(n)
	parts := [3][]int{order[:l.rows], order[l.rows : 2*l.rows], orAll(nil, l.rows)}
	var codes [3][][]uint8 // of two halves of the table, and of samples
	for j, f := range s.fields {
		c := newCoder(f, mat.Col(nil, j, s.plain))
		for k, x := range []*mat.Dense{s.plain, s.plain, s.samples} {
			codes[k] = append(codes[k], c.codes(x, j, parts[k]))
		}
	}
	var ties map[[2]int]*tied
	compare := func(a, b int) likeness {
		var count [3]counts
		for k := range count {
			count[k].add(codes[k][a], codes[k][b])
		}
		v := likeness{a: a, b: b, rest: ties[[2]int{a, b}]}
		compared := &count
		if v.rest != nil {
			compared = &[3]counts{}
			for k := range compared {
				compared[k].add(codes[k][a], v.rest.codes[k])
			}
		}
		v.table = overlap(&compared[0], &compared[1], l.rows)
		v.model = (overlap(&compared[0], &compared[2], l.rows) + overlap(&compared[1], &compared[2], l.rows)) / 2
		if a != b {
			v.inSamples = dependence(&count[2])
			for k, m := range count[1] {
				count[0][k] += m
			}
			v.inTable = dependence(&count[0])
		}
		return v
	}
	for j := range d {
		l.columns = append(l.columns, compare(j, j))
	}
	paired := worst(l.columns)[:min(d, pairedColumns)]
	l.among = len(paired)
	ties = s.ties(paired, parts)
	for i, u := range paired {
		for _, v := range paired[:i] {
			l.pairs = append(l.pairs, compare(min(u.a, v.a), max(u.a, v.a)))
		}
	}
	return l
}

// worst sorts by descending gap; equal ones keep the model's order.
func worst(l []likeness) []likeness {
	return sorted(l, func(v likeness) float64 { return -v.gap() })
}

func sorted(l []likeness, key func(likeness) float64) []likeness {
	return slices.SortedStableFunc(slices.Values(l), func(u, v likeness) int {
		return cmp.Or(cmp.Compare(key(u), key(v)), cmp.Compare(u.a, v.a), cmp.Compare(u.b, v.b))
	})
}
