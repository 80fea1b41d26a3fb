package info

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/counted"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// A Sample is rows whose columns are measured against each other. What has been fitted is kept, so that measures which share columns
// share the work. It is safe for concurrent use.
type Sample struct {
	config  Config
	n       int
	values  [][]float64 // of each column
	columns []scored
	scores  []float64 // normal scores of ranks
	logProb []float64 // of the rows, in nats, where they were drawn from a density; nil: they were not

	mu      sync.Mutex
	fits    map[string]points      // by remainder and group
	copulas map[string]*elliptical // by group
	wholes  map[string]*Sample     // the rows that have all cells of a group
	parts   map[string][][]int     // of a group
	odds    map[string]bool        // of a group: whether its elliptical copula leaves anything
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
		return nil, fmt.Errorf("info: Of: got %d names for %d columns, want one each", len(c.Names), d)
	}
	if c.Names == nil {
		for j := range d {
			c.Names = append(c.Names, fmt.Sprintf("x%d", j+1))
		}
	}
	values := make([][]float64, d)
	for j := range d {
		values[j] = mat.Col(nil, j, x)
	}
	return newSample(c, values, make([]kind, d)), nil
}

// newSample takes the values of columns: nil where one is left out.
func newSample(c Config, values [][]float64, kinds []kind) *Sample {
	c.Remainder, c.Folds = defaults.Or(c.Remainder, Auto), defaults.Or(c.Folds, 5)
	s := &Sample{config: c, values: values, columns: make([]scored, len(values)), fits: map[string]points{}, copulas: map[string]*elliptical{}, wholes: map[string]*Sample{}, parts: map[string][][]int{}, odds: map[string]bool{}}
	for j, v := range values {
		s.n = max(s.n, len(v))
		s.columns[j] = scoresOf(v, c.Seed, uint64(j))
		s.columns[j].kind = kinds[j]
	}
	s.scores = normalScores(s.n)
	return s
}

// at is the sample of some rows, of a group of columns alone.
func (s *Sample) at(rows, group []int) *Sample {
	values, kinds := make([][]float64, len(s.values)), make([]kind, len(s.values))
	for _, j := range group {
		kinds[j] = s.columns[j].kind
		values[j] = make([]float64, len(rows))
		for k, i := range rows {
			values[j][k] = s.values[j][i]
		}
	}
	return newSample(s.config, values, kinds)
}

// remembered is of[key], made once. Two that ask for it at the same time may both make it: it is the same.
func remembered[T any](s *Sample, of map[string]T, key string, first func() (T, error)) (T, error) {
	s.mu.Lock()
	v, known := of[key]
	s.mu.Unlock()
	if known {
		return v, nil
	}
	v, err := first()
	if err == nil {
		s.mu.Lock()
		of[key] = v
		s.mu.Unlock()
	}
	return v, err
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
type FewRowsError struct {
	Rows, Columns, Want int
	Whole               bool // other rows have a missing cell
}

func (e *FewRowsError) Error() string { return "info: " + e.Reason() }

// Reason is the error in words for people.
func (e *FewRowsError) Reason() string {
	if e.Whole {
		return fmt.Sprintf("%s with values in all of %s, want at least %d", counted.Of(e.Rows, "row"), counted.Of(e.Columns, "column"), e.Want)
	}
	return fmt.Sprintf("%s of %s, want at least %d rows", counted.Of(e.Rows, "row"), counted.Of(e.Columns, "column"), e.Want)
}

var errNoSample = errors.New("info: the Sample is nil or zero: Of makes one")

// whole is the sample of the rows that have all cells of groups of columns. It reports groups that are no groups: empty, out of range,
// overlapping, constant, or too many for the rows.
func (s *Sample) whole(op string, groups ...[]int) (*Sample, error) {
	if s == nil || s.n == 0 {
		return nil, errNoSample
	}
	seen, all, gaps := map[int]bool{}, []int(nil), 0
	for _, g := range groups {
		for _, j := range g {
			switch {
			case j < 0 || j >= len(s.columns):
				return nil, fmt.Errorf("info: %s: there is no column %d (from 0) among %d", op, j, len(s.columns))
			case seen[j]:
				return nil, fmt.Errorf("info: %s: column %q is in it twice, want groups that do not overlap", op, s.config.Names[j])
			}
			seen[j] = true
			all = append(all, j)
			gaps += s.columns[j].gaps
		}
	}
	if gaps > 0 {
		s = s.without(all)
	}
	if s.n < minRows || len(all)+4 > s.n {
		return nil, &FewRowsError{Rows: s.n, Columns: len(all), Want: max(len(all)+4, minRows), Whole: gaps > 0}
	}
	for _, j := range all {
		if s.columns[j].same {
			return nil, &ConstantError{s.config.Names[j]}
		}
	}
	return s, s.config.ended()
}

// without is the sample of the rows without a missing cell in a group of columns.
func (s *Sample) without(group []int) *Sample {
	group = slices.Sorted(slices.Values(group))
	there := func() (*Sample, error) { // never an error
		var rows []int
		for i := range s.n {
			if !slices.ContainsFunc(group, func(j int) bool { return math.IsNaN(s.values[j][i]) }) {
				rows = append(rows, i)
			}
		}
		return s.at(rows, group), nil
	}
	var w *Sample
	if len(group) > 2 {
		w, _ = remembered(s, s.wholes, fmt.Sprint(group), there)
	} else { // of pairs there are many, and each is asked for once
		w, _ = there()
	}
	return w
}

// grouped is whole of groups that must not be empty.
func (s *Sample) grouped(op string, groups ...[]int) (*Sample, error) {
	for i, g := range groups {
		if len(g) == 0 {
			return nil, fmt.Errorf("info: %s: group %d (from 0) of columns is empty, want at least one in each", op, i)
		}
	}
	return s.whole(op, groups...)
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
