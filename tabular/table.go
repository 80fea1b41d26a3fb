package tabular

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// minRows is the least a table may have: three to fit to and one to validate on.
const minRows = 4

// checkTable reports names and rows that do not make a table.
func checkTable(names []string, x mat.Matrix) error {
	if err := graph.CheckData("tabular: Fit", x); err != nil {
		return err
	}
	n, d := x.Dims()
	if len(names) != d {
		return fmt.Errorf("tabular: Fit: got %d names for %d columns, want one each", len(names), d)
	}
	seen := map[string]int{}
	for j, name := range names {
		if first, ok := seen[name]; ok || name == "" {
			return fmt.Errorf("tabular: Fit: column %d (from 0) is called %q, want a name of its own (column %d has it)", j, name, first)
		}
		seen[name] = j
	}
	if n < minRows {
		return &FewRowsError{n, minRows}
	}
	return nil
}

// A division is which rows of a table are fitted to and which validate.
type division struct {
	rows, validation *mat.Dense
	at, heldAt       []int // their places in the table; heldAt is nil where the validation rows are not of it
}

// split separates the rows to fit to from those to validate on, at random, but for this: what all rows to fit to have alike, and
// another one has not, is no constant, so that one is fitted to.
func split(x mat.Matrix, c Config) (*division, error) {
	n, d := x.Dims()
	if c.Validation != nil {
		if err := graph.CheckRows("tabular: Fit: Validation", c.Validation, d); err != nil {
			return nil, err
		}
		return &division{rows: mat.DenseCopyOf(x), validation: mat.DenseCopyOf(c.Validation), at: count(n)}, nil
	}
	share := c.ValidationShare
	or(&share, 0.1)
	held := min(max(1, int(share*float64(n))), n-minRows+1)
	order := initializers.NewRand(c.Seed, 1<<40).Perm(n)
	s := &division{at: order[held:], heldAt: order[:held]}
	taken := 0
	for j := range d {
		for i, row := range s.heldAt[taken:] {
			if x.At(row, j) != x.At(s.at[taken], j) && alike(x, s.at, j) {
				s.heldAt[taken+i], s.heldAt[taken] = s.heldAt[taken], s.heldAt[taken+i]
				s.heldAt[taken], s.at[taken] = s.at[taken], s.heldAt[taken]
				taken++
				break
			}
		}
		if taken == min(len(s.heldAt), len(s.at)) {
			break
		}
	}
	s.rows, s.validation = pick(x, s.at), pick(x, s.heldAt)
	return s, nil
}

// alike reports whether column j has one value in these rows.
func alike(x mat.Matrix, rows []int, j int) bool {
	return !slices.ContainsFunc(rows, func(i int) bool { return x.At(i, j) != x.At(rows[0], j) })
}

func count(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// pick copies the rows of x with these indexes.
func pick(x mat.Matrix, rows []int) *mat.Dense {
	_, d := x.Dims()
	out := mat.NewDense(len(rows), d, nil)
	for k, i := range rows {
		mat.Row(out.RawRowView(k), i, x)
	}
	return out
}
