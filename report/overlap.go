package report

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// A number has this many codes, of about as many rows of the table each, beside those of its atoms; with them and that of missing
// cells there are at most cells.
const (
	parts = 8
	cells = 16
)

// coder makes few codes of a column's values, whatever its kind, so that all kinds are compared in one way.
type coder struct {
	field *field
	cuts  []float64 // ascending, between the codes of a number
}

func newCoder(f *field, rows []float64) coder {
	c := coder{field: f}
	if f.category() {
		return c
	}
	values := slices.DeleteFunc(slices.Clone(rows), func(v float64) bool { return math.IsNaN(v) || slices.Contains(f.atoms, v) })
	slices.Sort(values)
	for k := 1; k < parts && len(values) > 0; k++ {
		c.cuts = append(c.cuts, values[k*len(values)/parts]-f.quantum/2) // between the points of a grid, about which samples of a flow are spread
	}
	c.cuts = slices.Compact(c.cuts)
	return c
}

// code is below cells; 0 is a missing cell.
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

// codes are those of column j of x in these rows.
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

// overlap is the share that two samples of as many rows have in common: 1 less their distance in total variation.
func overlap(a, b *counts, rows int) float64 {
	common := int32(0)
	for k, n := range a {
		common += min(n, b[k])
	}
	return float64(common) / float64(max(rows, 1))
}

// dependence is Cramér's V of two columns of codes without its bias (Bergsma 2013, J. Korean Stat. Soc. 42): 0 where they do not
// depend on each other, 1 where one says the other.
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

// likeness is how far samples, and halves of the table among themselves, overlap in a column or in a pair of them.
type likeness struct {
	a, b               int     // columns, equal: one
	model, table       float64 // overlaps
	inTable, inSamples float64 // dependence in the table and in the samples
}

// gap is what the samples lack to another half of the table.
func (l likeness) gap() float64 { return l.table - l.model }

// likenesses compares samples with the halves of the table, all of as many rows.
type likenesses struct {
	rows    int
	columns []likeness // each column, in the model's order
	pairs   []likeness // each pair of those looked at
	among   int        // columns in pairs
}

// pairedColumns are those whose pairs are looked at, the ones that fit worst where there are more: a page is made in bounded time.
const pairedColumns = 320

func (s *study) likenesses() *likenesses {
	n, d := s.plain.Dims()
	drawn, _ := s.samples.Dims()
	l := &likenesses{rows: min(n/2, drawn)}
	order := s.rng.Perm(n)
	sample := orAll(nil, l.rows)
	var codes [3][][]uint8 // two halves of the table, and samples
	for j, f := range s.fields {
		c := newCoder(f, mat.Col(nil, j, s.plain))
		codes[0] = append(codes[0], c.codes(s.plain, j, order[:l.rows]))
		codes[1] = append(codes[1], c.codes(s.plain, j, order[l.rows:2*l.rows]))
		codes[2] = append(codes[2], c.codes(s.samples, j, sample))
	}
	compare := func(a, b int) likeness {
		var count [3]counts
		for k := range count {
			count[k].add(codes[k][a], codes[k][b])
		}
		v := likeness{a: a, b: b, table: overlap(&count[0], &count[1], l.rows)}
		v.model = (overlap(&count[0], &count[2], l.rows) + overlap(&count[1], &count[2], l.rows)) / 2
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
	for i, u := range paired {
		for _, v := range paired[:i] {
			l.pairs = append(l.pairs, compare(min(u.a, v.a), max(u.a, v.a)))
		}
	}
	return l
}

// worst are those of the largest gaps first, equal ones in the model's order.
func worst(l []likeness) []likeness {
	return sorted(l, func(v likeness) float64 { return -v.gap() })
}

func sorted(l []likeness, key func(likeness) float64) []likeness {
	return slices.SortedStableFunc(slices.Values(l), func(u, v likeness) int {
		return cmp.Or(cmp.Compare(key(u), key(v)), cmp.Compare(u.a, v.a), cmp.Compare(u.b, v.b))
	})
}
