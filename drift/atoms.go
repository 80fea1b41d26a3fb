package drift

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// The conditions under which a value counts as one that many rows have exactly.
const (
	mostAtoms  = 3
	leastShare = 0.05
	farAbove   = 10 // multiple of the average share of a value
)

// findAtoms finds the values that many rows have exactly. It examines the rows of both tables together, because what is tested must
// not depend on which table a row belongs to.
func (a *alignment) findAtoms(samples [2]*sample) {
	for j := range a.columns {
		if len(a.columns[j].of[0].Levels) > 0 {
			continue
		}
		values := append(mat.Col(nil, j, samples[0].rows), mat.Col(nil, j, samples[1].rows)...)
		atoms := rankingOf(values).atoms(values)
		for side := range a.columns[j].of {
			a.columns[j].of[side].Atoms = atoms
		}
	}
}

// atoms are the values that many rows have, the commonest first.
func (r *ranking) atoms(values []float64) (atoms []columns.Atom) {
	least := max(leastShare, farAbove/float64(max(len(r.ends), 1)))
	from := 0
	for _, to := range r.ends {
		if share := float64(to-from) / float64(len(r.order)); share >= least {
			atoms = append(atoms, columns.Atom{Value: values[r.order[from]], Share: share})
		}
		from = to
	}
	slices.SortStableFunc(atoms, func(a, b columns.Atom) int { return cmp.Compare(b.Share, a.Share) })
	return atoms[:min(len(atoms), mostAtoms)]
}
