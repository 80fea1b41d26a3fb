package info

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
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

	mu   sync.Mutex
	fits map[string]points
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
	s := &Sample{config: c, x: mat.DenseCopyOf(x), n: n, scores: normalScores(n), columns: make([]scored, d), fits: map[string]points{}}
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

// A DependentError is of columns that determine each other, so that what they share is infinite.
type DependentError struct {
	Columns []string // of which the last is a function of the others
	Copy    bool     // of the one other column, increasing or decreasing
}

func (e *DependentError) Error() string {
	return "info: " + e.Reason()
}

// Reason is the error in words for people.
func (e *DependentError) Reason() string {
	last := len(e.Columns) - 1
	if e.Copy && last == 1 {
		return fmt.Sprintf("column %q goes up and down with %q in every row: what they share is infinite; leave one out", e.Columns[1], e.Columns[0])
	}
	if last < 1 {
		return "columns determine each other: what they share is infinite; leave some out"
	}
	return fmt.Sprintf("column %q is a combination of %s: what they share is infinite; leave one out", e.Columns[last], "\""+strings.Join(e.Columns[:last], "\", \"")+"\"")
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

// determined names columns of a group that determine each other, nil where none do.
func (s *Sample) determined(group []int) error {
	for b := range group {
		for a := range b {
			if s.monotone(group[a], group[b]) {
				return &DependentError{[]string{s.config.Names[group[a]], s.config.Names[group[b]]}, true}
			}
		}
	}
	return s.combination(group)
}

// monotone reports whether two columns of mostly distinct values have the same order of rows, or opposite ones.
func (s *Sample) monotone(a, b int) bool {
	if s.columns[a].tied > s.n/2 || s.columns[b].tied > s.n/2 {
		return false // a grid: what two of those share is finite
	}
	up, down := true, true
	value := make([]float64, s.n) // of b, by the rank of a
	for i, r := range s.columns[a].rank {
		value[r] = s.x.At(i, b)
	}
	for r := 1; r < s.n && (up || down); r++ {
		up, down = up && value[r] >= value[r-1], down && value[r] <= value[r-1]
	}
	return up || down
}

// combination finds, by a factorization of the standardized columns one after another, one that is a linear combination of those before.
func (s *Sample) combination(group []int) error {
	var basis [][]float64
	for at, j := range group {
		column := mat.Col(nil, j, s.x)
		m, std := rows.MeanStd(column)
		for i := range column {
			column[i] = (column[i] - m) / std
		}
		on := make([]float64, at)
		for range 2 { // once more: rounding
			for k, b := range basis {
				dot := 0.0
				for i, v := range b {
					dot += v * column[i]
				}
				on[k] += dot
				for i, v := range b {
					column[i] -= dot * v
				}
			}
		}
		left := 0.0
		for _, v := range column {
			left += v * v
		}
		if left = math.Sqrt(left); left < 1e-7*math.Sqrt(float64(s.n)) && s.usual(column) < 1e-6*s.usual(mat.Col(nil, j, s.x))/std {
			e := &DependentError{}
			for k, by := range on {
				if math.Abs(by) > 1e-6*math.Sqrt(float64(s.n)) {
					e.Columns = append(e.Columns, s.config.Names[group[k]])
				}
			}
			e.Columns = append(e.Columns, s.config.Names[j])
			return e
		}
		for i := range column {
			column[i] /= left
		}
		basis = append(basis, column)
	}
	return nil
}

// usual is half the distance between the quartiles, which rows far out have no say in: beside one of those the others' differences vanish.
func (s *Sample) usual(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[s.n-1-s.n/4] - sorted[s.n/4]) / 2
}
