package columns

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// sums looks for columns that are sums of several others, in rows without missing cells. It goes through the columns from the left
// and subtracts from each what the columns before it explain (Gram–Schmidt, done twice: W. Kahan and B. Parlett, "twice is
// enough"). Of a column that is a sum of others only rounding error remains.
func (m *related) sums() {
	if len(m.columns) > mostSums {
		return
	}
	rows := m.complete()
	if len(rows) < fewestRelated+2*len(m.columns) {
		return
	}
	for try := range mostTries {
		part := rows[try*len(rows)/mostTries : (try+1)*len(rows)/mostTries]
		if len(part) < fewestRelated/2+2*len(m.columns) {
			part = rows
		}
		m.eliminate(part, rows)
	}
}

// complete are the rows of the sample in which no cell is missing.
func (m *related) complete() (rows [][]float64) {
	for _, row := range m.rows {
		if !floats.HasNaN(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// A direction is the part of a column that the columns before it do not explain, as a unit vector and as a combination
// of the columns.
type direction struct {
	unit    []float64 // one for each row
	weights []float64 // weights of the constant and of the columns
}

// eliminate finds the dependent columns in some rows, and accepts the relations that hold in all.
func (m *related) eliminate(part, all [][]float64) {
	width := len(m.columns) + 1
	one := make([]float64, len(part))
	for i := range one {
		one[i] = 1
	}
	basis := []direction{newDirection(one, unitWeights(width, 0))}
	for j := range m.columns {
		if m.derived[j] {
			continue
		}
		y := make([]float64, len(part))
		for i, row := range part {
			y[i] = row[j]
		}
		size := floats.Norm(y, 2)
		weights := unitWeights(width, j+1)
		for range 2 {
			for _, d := range basis {
				dot := floats.Dot(y, d.unit)
				floats.AddScaled(y, -dot, d.unit)
				floats.AddScaled(weights, -dot, d.weights)
			}
		}
		left := floats.Norm(y, 2)
		if m.columns[j].Step > 0 || left <= 1e-9*size {
			if rest := math.Max(math.Abs(floats.Max(y)), math.Abs(floats.Min(y))); rest <= 1e-9*size || rest <= 8*m.columns[j].Step {
				if m.combination(weights, j, all) {
					continue
				}
			}
		}
		if left > 1e-12*size {
			basis = append(basis, newDirection(y, weights))
		}
	}
}

func unitWeights(width, at int) []float64 {
	w := make([]float64, width)
	w[at] = 1
	return w
}

func newDirection(y, weights []float64) direction {
	size := floats.Norm(y, 2)
	floats.Scale(1/size, y)
	floats.Scale(1/size, weights)
	return direction{y, weights}
}

// combination tries to express column j by the other columns, with minus their weights; only those that matter, which
// must be few.
func (m *related) combination(weights []float64, j int, rows [][]float64) bool {
	r := &Relation{Offset: -weights[0]}
	var from []int
	for i, c := range m.columns {
		f := -weights[i+1]
		if i == j || math.Abs(f)*(c.Max-c.Min) <= 1e-3*(m.columns[j].Max-m.columns[j].Min) {
			continue
		}
		if rounded := math.Round(f); rounded != 0 && math.Abs(f-rounded) < 0.02 {
			f = rounded // the factors of a sum are whole numbers apart from rounding
		}
		r.From, r.Factors, from = append(r.From, c.Name), append(r.Factors, f), append(from, i)
	}
	if len(from) < 2 || len(from) > mostTerms {
		return false
	}
	return m.accept(r.centred(from, j, rows), from, j, rows)
}

// turn rewrites b = total − a as total = a + b, provided that no other relation needs the total, and that the total does not have
// values where b has none.
func (m *related) turn() {
	used := map[string]int{}
	for _, f := range m.found {
		for _, name := range f.Relation.From {
			used[name]++
		}
	}
	for i, f := range m.found {
		at, one := f.Relation.total()
		if !one || used[f.Relation.From[at]] > 1 || used[f.Name] > 0 {
			continue
		}
		for _, c := range m.columns {
			if c.Name == f.Relation.From[at] && c.Kind != Derived && m.gaps(c) >= m.gaps(&f.before) {
				r := f.Relation.solved(at, f.Name)
				f.undo()
				m.found[i] = derive(c, r)
				break
			}
		}
	}
}

// total is the index of the only summand of a difference that is not subtracted.
func (r *Relation) total() (at int, one bool) {
	positive := 0
	for i, f := range r.Factors {
		if f > 0 {
			at = i
			positive++
		}
	}
	return at, positive == 1 && len(r.Factors) > 1
}

// solved is the relation solved for the summand at an index; name is the column that it was for.
func (r *Relation) solved(at int, name string) *Relation {
	f := r.Factors[at]
	turned := &Relation{Offset: -r.Offset / f, Tolerance: r.Tolerance / f}
	for i, of := range r.From {
		if i != at {
			turned.From, turned.Factors = append(turned.From, of), append(turned.Factors, -r.Factors[i]/f)
		}
	}
	turned.From, turned.Factors = append(turned.From, name), append(turned.Factors, 1/f)
	return turned
}

// centred is the relation with the offset at which half of the rows lie above it.
func (r *Relation) centred(from []int, j int, rows [][]float64) *Relation {
	x := make([]float64, len(from))
	off := make([]float64, 0, len(rows))
	r.Offset = 0
	for _, row := range rows {
		for t, i := range from {
			x[t] = row[i]
		}
		off = append(off, row[j]-r.of(x))
	}
	r.Offset = median(off)
	return r
}

func median(values []float64) float64 {
	sorted := append([]float64(nil), values...)
	floats.Argsort(sorted, make([]int, len(sorted)))
	return sorted[len(sorted)/2]
}
