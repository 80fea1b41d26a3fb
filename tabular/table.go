package tabular

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// A ConstantError names the columns that have one value in every row trained on.
type ConstantError struct {
	Columns []string
	All     bool // no other column is left
}

func (e *ConstantError) Error() string {
	text := fmt.Sprintf("tabular: Fit: constant columns: %s", strings.Join(e.Columns, ", "))
	if e.All {
		return text + ": want at least one column that varies"
	}
	return text + ": want none, or DropConstant to leave them out"
}

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
		return fmt.Errorf("tabular: Fit: got %d rows, want at least %d", n, minRows)
	}
	return nil
}

// split separates the rows to fit to from those to validate on.
func split(x mat.Matrix, c Config) (rows, validation *mat.Dense, err error) {
	n, d := x.Dims()
	if c.Validation != nil {
		if err := graph.CheckRows("tabular: Fit: Validation", c.Validation, d); err != nil {
			return nil, nil, err
		}
		return mat.DenseCopyOf(x), mat.DenseCopyOf(c.Validation), nil
	}
	share := c.ValidationShare
	or(&share, 0.1)
	held := min(max(1, int(share*float64(n))), n-minRows+1)
	order := initializers.NewRand(c.Seed, 1<<40).Perm(n)
	return pick(x, order[held:]), pick(x, order[:held]), nil
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
