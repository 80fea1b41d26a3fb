package report

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

const (
	tries   = 33 // values of a column that stand in for an odd one
	reasons = 3  // columns named for each row
)

// reason is a column and what its value costs: the rise of log p when the best of the column's usual values stands in
// for it, the rest of the row unchanged.
type reason struct {
	Column, Value, Usual string
	Weight               string // the rise, or how rare the value is
	Percent              int    // of what the row lacks to a typical one
	gain, usual          float64
	column               int
}

// usual are quantiles of each column of the rows, equal ones once.
func (s *study) usual() [][]float64 {
	_, d := s.rows.Dims()
	out := make([][]float64, d)
	for j := range out {
		sorted := slices.Sorted(slices.Values(mat.Col(nil, j, s.rows)))
		for k := range tries {
			out[j] = append(out[j], sorted[(2*k+1)*len(sorted)/(2*tries)])
		}
		out[j] = slices.Compact(out[j])
	}
	return out
}

// reasons tries the usual values of every column in a row, given its log p; largest gain first.
func (s *study) reasons(row []float64, logProb float64, usual [][]float64) ([]reason, error) {
	out := make([]reason, 0, len(usual))
	for from := 0; from < len(usual); from += together {
		columns := usual[from:min(from+together, len(usual))]
		lp, err := s.flow.LogProb(changed(row, from, columns))
		if err != nil {
			return nil, err
		}
		for k, values := range columns {
			v, most := best(values, lp[:len(values)])
			out = append(out, reason{
				Column: s.names[from+k], Value: s.fields[from+k].say(row[from+k]), Usual: s.fields[from+k].say(v), gain: most - logProb, column: from + k, usual: v,
			})
			lp = lp[len(values):]
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].gain > out[b].gain })
	return out, nil
}

// together are the columns tried in one matrix, which bounds its size.
const together = 64

// changed are copies of a row, each with one of the values in one of the columns that begin at from.
func changed(row []float64, from int, columns [][]float64) *mat.Dense {
	var rows []float64
	for k, values := range columns {
		for _, v := range values {
			at := len(rows)
			rows = append(rows, row...)
			rows[at+from+k] = v
		}
	}
	return mat.NewDense(len(rows)/len(row), len(row), rows)
}

// best is the value with the largest log p.
func best(values, logProb []float64) (v, most float64) {
	at := 0
	for k := range values {
		if compareOdd(logProb[k], logProb[at]) > 0 {
			at = k
		}
	}
	return values[at], logProb[at]
}

// weigh keeps the columns that matter, of all in falling order.
func weigh(all []reason, lack float64) (kept []reason) {
	most := all[0].gain
	for _, r := range all[:min(len(all), reasons)] {
		if !(r.gain > 0.01) || !(r.gain >= most/20) {
			break
		}
		r.Weight, r.Percent = nats(r.gain)+" nats", 100
		if whole := math.Max(most, lack); !math.IsInf(whole, 0) {
			r.Percent = int(math.Round(100 * r.gain / whole))
		}
		kept = append(kept, r)
	}
	return kept
}

// combination says how much of what row i lacks comes back if the best change is kept, then the best one beside it,
// and so on, for the few columns of a row that no single one explains.
func (s *study) combination(i int, first reason, usual [][]float64, lack float64) (string, error) {
	row := slices.Clone(s.rows.RawRowView(i))
	logProb := s.logProb[i]
	var names []string
	for r := first; r.gain > 0.01; {
		row[r.column] = r.usual
		logProb += r.gain
		if !slices.Contains(names, r.Column) {
			names = append(names, r.Column)
		}
		if len(names) == reasons || s.typical()-logProb < lack/10 {
			break
		}
		all, err := s.reasons(row, logProb, usual)
		if err != nil {
			return "", err
		}
		r = all[0]
	}
	if names == nil {
		return "No single column makes it likelier.", nil
	}
	return fmt.Sprintf("No single column explains it. %s, changed one after the other, make up %s of %s nats.%s",
		list(names), nats(logProb-s.logProb[i]), nats(lack), s.extreme(i)), nil
}

// extreme names the column in which the fewest rows lie as far out as row i, if that is at most one in a hundred.
func (s *study) extreme(i int) string {
	n, _ := s.rows.Dims()
	least, column := n/100+1, 0
	for j := range s.names {
		v, atMost, atLeast := s.rows.At(i, j), 0, 0
		for k := range n {
			x := s.rows.At(k, j)
			if x <= v {
				atMost++
			}
			if x >= v {
				atLeast++
			}
		}
		if far := min(atMost, atLeast); far < least {
			least, column = far, j
		}
	}
	if least > n/100 {
		return ""
	}
	verb := "are"
	if least == 1 {
		verb = "is"
	}
	return fmt.Sprintf(" By itself %s = %s is rarest: %s of %s rows %s as far out.",
		s.names[column], s.fields[column].say(s.rows.At(i, column)), count(least), count(n), verb)
}
