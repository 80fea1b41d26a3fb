package info

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gaussflow/rows"
)

// determined names columns of numbers of a group that determine each other, nil where none do.
func (s *Sample) determined(group []int) error {
	_, group = s.parted(group)
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
		value[r] = s.values[b][i]
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
		column := slices.Clone(s.values[j])
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
		if left = math.Sqrt(left); left < 1e-7*math.Sqrt(float64(s.n)) && s.usual(column) < 1e-6*s.usual(s.values[j])/std {
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
	return fmt.Sprintf("column %q is a combination of %s: what they share is infinite; leave one out", e.Columns[last], quoted(e.Columns[:last]))
}

func quoted(names []string) string { return "\"" + strings.Join(names, "\", \"") + "\"" }
