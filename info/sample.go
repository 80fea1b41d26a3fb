package info

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// A Sample is rows whose columns are measured against each other. What has been fitted is kept, so that measures which share columns
// share the work. It is safe for concurrent use.
type Sample struct {
	config  Config
	x       *mat.Dense
	n       int
	columns []scored
	scores  []float64 // normal scores of ranks

	mu      sync.Mutex
	fits    map[string]points      // by remainder and group
	copulas map[string]*elliptical // by group
}

// minRows is how few rows a copula can be fitted to at all.
const minRows = 8

// Of takes rows (n×d): eight at least, finite. Constant columns are an error only where they are asked for. It copies x.
func Of(x mat.Matrix, c Config) (*Sample, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := rows.CheckFinite("info: Of", x); err != nil {
		return nil, err
	}
	n, d := x.Dims()
	if n < minRows {
		return nil, &FewRowsError{Rows: n, Columns: d, Want: minRows}
	}
	if c.Names != nil && len(c.Names) != d {
		return nil, fmt.Errorf("info: Of: got %d names for %d columns", len(c.Names), d)
	}
	if c.Names == nil {
		for j := range d {
			c.Names = append(c.Names, fmt.Sprintf("x%d", j+1))
		}
	}
	c.Remainder, c.Folds = defaults.Or(c.Remainder, Auto), defaults.Or(c.Folds, 5)
	s := &Sample{config: c, x: mat.DenseCopyOf(x), n: n, scores: normalScores(n), columns: make([]scored, d), fits: map[string]points{}, copulas: map[string]*elliptical{}}
	for j := range d {
		s.columns[j] = scoresOf(mat.Col(nil, j, s.x), c.Seed, uint64(j))
	}
	return s, nil
}

// Names are those of the columns.
func (s *Sample) Names() []string {
	if s == nil {
		return nil
	}
	return slices.Clone(s.config.Names)
}

// Tied is how many rows share their value of a column with another row: such values were ranked at random among each other, as
// dequantizing them would, which changes no information between columns.
func (s *Sample) Tied(column int) int {
	if s == nil || column < 0 || column >= len(s.columns) {
		return 0
	}
	return s.columns[column].tied
}

// Rows is how many there are.
func (s *Sample) Rows() int {
	if s == nil {
		return 0
	}
	return s.n
}

// Constant reports a column that has one value in every row.
func (s *Sample) Constant(column int) bool {
	return s != nil && column >= 0 && column < len(s.columns) && s.columns[column].same
}

// A ConstantError is of a column of one value.
type ConstantError struct{ Column string }

func (e *ConstantError) Error() string { return "info: " + e.Reason() }

// Reason is the error in words for people.
func (e *ConstantError) Reason() string {
	return fmt.Sprintf("column %q has one value in every row: it shares nothing, and has no density; leave it out", e.Column)
}

// A FewRowsError is of a table with too few rows for its columns.
type FewRowsError struct{ Rows, Columns, Want int }

func (e *FewRowsError) Error() string { return "info: " + e.Reason() }

// Reason is the error in words for people.
func (e *FewRowsError) Reason() string {
	return fmt.Sprintf("%d rows of %d columns, want at least %d rows", e.Rows, e.Columns, e.Want)
}

var errNoSample = errors.New("info: the Sample is nil or zero: Of makes one")

// check reports groups of columns that are no groups: empty, out of range, overlapping, constant, or too many for the rows.
func (s *Sample) check(op string, groups ...[]int) error {
	if s == nil || s.n == 0 {
		return errNoSample
	}
	seen, all := map[int]bool{}, 0
	for _, g := range groups {
		for _, j := range g {
			switch {
			case j < 0 || j >= len(s.columns):
				return fmt.Errorf("info: %s: there is no column %d (from 0) among %d", op, j, len(s.columns))
			case seen[j]:
				return fmt.Errorf("info: %s: column %q is in it twice, want groups that do not overlap", op, s.config.Names[j])
			case s.columns[j].same:
				return &ConstantError{s.config.Names[j]}
			}
			seen[j] = true
			all++
		}
	}
	if all+4 > s.n {
		return &FewRowsError{Rows: s.n, Columns: all, Want: all + 4}
	}
	return s.config.ended()
}

// grouped is check of groups that must not be empty.
func (s *Sample) grouped(op string, groups ...[]int) error {
	for i, g := range groups {
		if len(g) == 0 {
			return fmt.Errorf("info: %s: group %d (from 0) of columns is empty, want at least one in each", op, i)
		}
	}
	return s.check(op, groups...)
}

// all are the columns' indices.
func (s *Sample) all() []int {
	if s == nil {
		return nil
	}
	of := make([]int, len(s.columns))
	for j := range of {
		of[j] = j
	}
	return of
}
