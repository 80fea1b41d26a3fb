package tabular

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
	"gaussflow/internal/counted"
	"gaussflow/rows"
)

// minRows is the fewest rows of a table: three to fit to and one to validate on.
const minRows = 4

// checkTable reports names and rows that do not make a table.
func checkTable(names []string, x mat.Matrix) error {
	if err := rows.CheckFinite("tabular: Fit", x); err != nil {
		return err
	}
	n, d := x.Dims()
	if len(names) != d {
		return fmt.Errorf("tabular: Fit: got %s for %s, want one each", counted.Of(len(names), "name"), counted.Of(d, "column"))
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

// A division says which rows of a table are for training and which for validation; rows with wild cells are in neither.
type division struct {
	rows, validation *mat.Dense
	at, heldAt       []int // their row numbers in the table; heldAt is nil if the validation rows come from elsewhere
	wild             []Warning
}

// split divides the rows at random into training and validation rows, and then lets vary exchange some.
func split(names []string, x mat.Matrix, c Config) (*division, error) {
	n, d := x.Dims()
	if c.Validation != nil {
		if err := rows.Check("tabular: Fit: Validation", c.Validation, d); err != nil {
			return nil, err
		}
	}
	tames := findWild(x, c.Validation)
	s := &division{wild: wildWarnings(names, x, c.Validation, tames)}
	if c.Validation != nil {
		held, _ := c.Validation.Dims()
		s.at = withoutWild(x, tames, count(n))
		validation := withoutWild(c.Validation, tames, count(held))
		switch {
		case len(s.at) < minRows-1:
			return nil, &FewRowsError{len(s.at), minRows - 1}
		case len(validation) == 0:
			return nil, errors.New("tabular: Fit: Validation: each row has a cell far from all others of its column, want ordinary rows")
		}
		s.rows, s.validation = pick(x, s.at), pick(c.Validation, validation)
		return s, nil
	}
	share := c.ValidationShare
	or(&share, 0.1)
	order := withoutWild(x, tames, initializers.NewRand(c.Seed, 1<<40).Perm(n))
	if len(order) < minRows {
		return nil, &FewRowsError{len(order), minRows}
	}
	held := min(max(1, int(share*float64(len(order)))), len(order)-minRows+1)
	s.at, s.heldAt = order[held:], order[:held]
	s.vary(x)
	s.rows, s.validation = pick(x, s.at), pick(x, s.heldAt)
	return s, nil
}

// vary exchanges rows between training and validation, as long as there are some: if a column has one value in all training rows
// but another value in a validation row, the column is not constant, and that row is moved to the training rows.
func (s *division) vary(x mat.Matrix) {
	_, d := x.Dims()
	taken := 0 // number of rows at the front that have been moved, and stay
	for j := 0; j < d && taken < min(len(s.heldAt), len(s.at)); j++ {
		if !alike(x, s.at, j) {
			continue
		}
		held, common := s.heldAt[taken:], x.At(s.at[taken], j)
		if other := slices.IndexFunc(held, func(row int) bool { return x.At(row, j) != common }); other >= 0 {
			held[0], held[other] = held[other], held[0]
			held[0], s.at[taken] = s.at[taken], held[0]
			taken++
		}
	}
}

// alike reports whether column j has the same value in all these rows.
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
