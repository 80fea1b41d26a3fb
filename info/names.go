package info

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"gaussflow/internal/counted"
)

// Columns of names and of numbers are measured together by the chain rule: with C the combination of a row's names and x its numbers,
//
//	TC(names, x) = TC(names) + Σ_j I(x_j; C) + TC(x | C),
//
// each term a mean over the rows, so that all measures that are sums of total correlations are of any columns.

// parted is a group's columns of names and those of numbers.
func (s *Sample) parted(group []int) (names, numbers []int) {
	for _, j := range group {
		if s.columns[j].name {
			names = append(names, j)
		} else {
			numbers = append(numbers, j)
		}
	}
	return names, numbers
}

// A NamesError is of a measure that is of numbers alone, asked of a column of names.
type NamesError struct{ Measure, Column string }

func (e *NamesError) Error() string { return "info: " + e.Measure + ": " + e.Reason() }

// Reason is the error in words for people.
func (e *NamesError) Reason() string {
	return fmt.Sprintf("the values of column %q are names, and this measure is of numbers; leave it out", e.Column)
}

func (s *Sample) numbersOnly(op string, columns []int) error {
	if names, _ := s.parted(columns); len(names) > 0 {
		return &NamesError{op, s.config.Names[names[0]]}
	}
	return nil
}

// A LevelsError is of names whose combinations have too few rows each to say what they share.
type LevelsError struct {
	Columns            []string
	Combinations, Rows int
}

func (e *LevelsError) Error() string { return "info: " + e.Reason() }

// Reason is the error in words for people.
func (e *LevelsError) Reason() string {
	return fmt.Sprintf("%s: %d different names or combinations of names in %s are too many to tell what they share", quoted(e.Columns), e.Combinations, counted.Of(e.Rows, "row"))
}

// rowsEach is how many rows a combination of names must have on average: with fewer the bias of counts is no longer that of Miller.
const rowsEach = 5

// combined numbers the combinations of names that rows have, from 0 in the order they first appear: the number of each row, and the rows of each.
func (s *Sample) combined(names []int) (of []int, rows [][]int, err error) {
	of = make([]int, s.n)
	seen := map[string]int{}
	key := make([]byte, 0, 8*len(names))
	for i := range s.n {
		key = key[:0]
		for _, j := range names {
			key = fmt.Appendf(key, "%v,", s.values[j][i])
		}
		k, known := seen[string(key)]
		if !known {
			k = len(rows)
			seen[string(key)] = k
			rows = append(rows, nil)
		}
		of[i] = k
		rows[k] = append(rows[k], i)
	}
	if len(rows)*rowsEach > s.n {
		return nil, nil, &LevelsError{s.namesOf(names), len(rows), s.n}
	}
	return of, rows, nil
}

func (s *Sample) namesOf(columns []int) []string {
	names := make([]string, len(columns))
	for i, j := range columns {
		names[i] = s.config.Names[j]
	}
	return names
}

// surprise is −log p of a column's names at the rows; of numbers nothing. Of m names counts take (m−1)/2n too little.
//
// Source: Miller 1955.
func (s *Sample) surprise(j int) points {
	if !s.columns[j].name {
		return points{}
	}
	counts := map[float64]int{}
	for _, v := range s.values[j] {
		counts[v]++
	}
	n, free := float64(s.n), float64(len(counts)-1)
	p := points{row: make([]float64, s.n), bias: -free / (2 * n), noise: free / (2 * n * n)}
	for i, v := range s.values[j] {
		p.row[i] = -math.Log(float64(counts[v]) / n)
	}
	return p
}

// typed is log c of names and numbers together, by the chain rule.
func (s *Sample) typed(names, numbers, whole []int) (points, error) {
	of, rows, err := s.combined(names)
	if err != nil {
		return points{}, err
	}
	p := s.shared(names, of, rows)
	for _, j := range numbers {
		p = p.plus(1, s.told(j, rows))
	}
	if len(numbers) < 2 {
		return p, nil
	}
	within, err := s.within(numbers, whole, rows)
	if err != nil {
		return points{}, err
	}
	return p.plus(1, within), nil
}

// shared is log p(C) − Σ_j log p(names_j), by counts. In the limit of Wilks the sum over the rows is half a χ² where they are independent, of
// as many degrees of freedom as there are combinations, less one, less one for each further name of a column.
func (s *Sample) shared(names []int, of []int, rows [][]int) points {
	n, free := float64(s.n), float64(len(rows)-1)
	p := points{row: make([]float64, s.n)}
	for i, k := range of {
		p.row[i] = math.Log(float64(len(rows[k])) / n)
	}
	for _, j := range names {
		own := s.surprise(j)
		p = p.plus(1, points{row: own.row})
		free -= -2 * n * own.bias
	}
	p.bias, p.noise = free/(2*n), math.Max(free, 0)/(2*n*n)
	return p
}

// told is log p(x_j | C) − log p(x_j) at the rows, by how many of all rows stand between two of one combination: of N among n rows, with
// s ranks among their own between them and g ranks among all,
//
//	ψ(n+1) − ψ(N+1) + ψ(s) − ψ(g),  s ≈ ∛N,
//
// has no bias where they are independent. It scatters about 1/(3s) for each row then, as the mean over the rows does (Cressie 1976 of
// spacings that overlap), of which the share that the combination has of all rows is known and does not.
//
// Source: Ross 2014, doi:10.1371/journal.pone.0087357, with ranks in place of distances.
func (s *Sample) told(j int, rows [][]int) points {
	n := float64(s.n)
	p := points{row: make([]float64, s.n)}
	for _, some := range rows {
		order := slices.Clone(some)
		slices.SortFunc(order, func(a, b int) int { return s.columns[j].rank[a] - s.columns[j].rank[b] })
		own := len(order)
		reach := max(int(math.Cbrt(float64(own))/2), 1)
		constant := mathext.Digamma(n+1) - mathext.Digamma(float64(own)+1)
		apart := (1 - float64(own)/n) / n
		for r, i := range order {
			low, high := max(r-reach, 0), min(r+reach, own-1)
			if low == high {
				continue // one row alone says nothing
			}
			steps, all := float64(high-low), s.columns[j].rank[order[high]]-s.columns[j].rank[order[low]]
			p.row[i] = constant + mathext.Digamma(steps) - mathext.Digamma(float64(all))
			p.noise += apart / (3 * steps * n)
			p.rough += apart * trigamma(steps)
		}
	}
	return p
}

// within is log c of numbers among the rows of one combination of names. Combinations of too few rows for that are taken together, and with
// the smallest of the others where they are too few still.
func (s *Sample) within(numbers, whole []int, rows [][]int) (points, error) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b []int) int { return len(b) - len(a) })
	least := max(minRows, len(numbers)+4)
	for last := len(rows) - 1; last > 0 && len(rows[last]) < least; last = len(rows) - 1 {
		rows[last-1] = slices.Concat(rows[last-1], rows[last])
		rows = rows[:last]
	}
	_, wholeNumbers := s.parted(whole)
	p := points{row: make([]float64, s.n)}
	for _, some := range rows {
		part := s.at(some, wholeNumbers)
		q, err := part.copula(numbers, wholeNumbers)
		if err != nil {
			return points{}, err
		}
		share := float64(len(some)) / float64(s.n)
		p.bias += share * q.bias
		p.noise += share * share * q.noise
		p.rough += share * q.rough
		for k, i := range some {
			p.row[i] = q.row[k]
		}
	}
	return p, nil
}
