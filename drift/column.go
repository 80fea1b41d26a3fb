package drift

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// quantiles are the probabilities of Column.Quantiles.
var quantiles = []float64{0.05, 0.25, 0.5, 0.75, 0.95}

// column compares column j of both tables.
func column(c *aligned, j int, a, b *sample) Column {
	of := &c.of[0]
	out := Column{Name: of.Name, Kind: of.Kind, Note: c.note, Unread: [2]*Unread{a.unread[j], b.unread[j]}}
	values := [2][]float64{mat.Col(nil, j, a.rows), mat.Col(nil, j, b.rows)}
	for side, v := range values {
		out.Missing[side] = floats.Sum(missing(v)) / float64(len(v))
	}
	if len(of.Levels) > 0 {
		out.level(of, values)
		return out
	}
	var present [2][]float64
	for side, v := range values {
		present[side] = slices.DeleteFunc(slices.Clone(v), math.IsNaN)
		slices.Sort(present[side])
		if n := len(present[side]); n > 0 {
			out.Mean[side] = floats.Sum(present[side]) / float64(n)
			for _, q := range quantiles {
				out.Quantiles[side] = append(out.Quantiles[side], present[side][int(q*float64(n-1)+0.5)])
			}
		}
	}
	out.Gap = out.kolmogorov(present)
	out.countAtoms(of, values)
	return out
}

// countAtoms counts the values that many rows have exactly.
func (c *Column) countAtoms(of *columns.Column, values [2][]float64) {
	for _, a := range of.Atoms {
		l := Level{Text: of.Show(a.Value)}
		for side, v := range values {
			for _, x := range v {
				if x == a.Value {
					l.Shares[side] += 1 / float64(len(v))
				}
			}
		}
		c.Atoms = append(c.Atoms, l)
	}
}

// kolmogorov is the greatest difference between the tables' shares of rows up to a value, or below it; missing cells count as
// beyond all values.
func (c *Column) kolmogorov(present [2][]float64) (gap float64) {
	at := [2]int{}
	share := func(side int) float64 {
		if len(present[side]) == 0 {
			return 0
		}
		return (1 - c.Missing[side]) * float64(at[side]) / float64(len(present[side]))
	}
	least, most := 0.0, 0.0
	for at[0] < len(present[0]) || at[1] < len(present[1]) {
		v := math.Inf(1)
		for side := range at {
			if at[side] < len(present[side]) {
				v = min(v, present[side][at[side]])
			}
		}
		for side := range at {
			for at[side] < len(present[side]) && present[side][at[side]] == v {
				at[side]++
			}
		}
		by := share(1) - share(0)
		least, most = min(least, by), max(most, by)
	}
	return max(most, -least, math.Abs(c.Missing[1]-c.Missing[0]))
}

// level counts the levels.
func (c *Column) level(of *columns.Column, values [2][]float64) {
	for _, l := range of.Levels {
		c.Levels = append(c.Levels, Level{Text: l.Text})
	}
	for side, v := range values {
		for _, x := range v {
			if !math.IsNaN(x) {
				c.Levels[int(x)].Shares[side] += 1 / float64(len(v))
			}
		}
	}
	c.Gap = math.Abs(c.Missing[1]-c.Missing[0]) / 2
	for _, l := range c.Levels {
		c.Gap += math.Abs(l.by()) / 2
		switch {
		case l.Shares[0] == 0 && l.Shares[1] > 0:
			c.New = append(c.New, l.Text)
		case l.Shares[1] == 0 && l.Shares[0] > 0:
			c.Gone = append(c.Gone, l.Text)
		}
	}
	slices.SortStableFunc(c.Levels, func(l, m Level) int { return cmp.Compare(math.Abs(m.by()), math.Abs(l.by())) })
}

// by is how much greater the share is in B than in A.
func (l Level) by() float64 { return l.Shares[1] - l.Shares[0] }
