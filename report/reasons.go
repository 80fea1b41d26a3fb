package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/tabular"
)

const reasons = 3 // the most columns that are changed together

// reason is a tabular.Reason in words.
type reason struct {
	Column, Value, Usual string
	Weight               string // the rise of log p, or how rare the value is
	Percent              int    // share of the nats by which the row is less likely than a typical one
}

// reasons are the reasons from all columns of a row, the strongest first.
func (s *study) reasons(row []float64, e *tabular.Explainer) ([]tabular.Reason, error) {
	all, err := e.Explain(mat.NewDense(1, len(row), row))
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// weigh describes the columns that matter.
func (s *study) weigh(all []tabular.Reason, lack float64) (kept []reason) {
	for _, r := range tabular.Telling(all) {
		f := s.fields[r.Column]
		said := reason{Column: r.Name, Value: f.say(r.Value), Usual: f.say(r.Usual), Weight: nats(r.Nats) + " nats", Percent: 100}
		if whole := math.Max(all[0].Nats, lack); !math.IsInf(whole, 0) {
			said.Percent = int(math.Round(100 * r.Nats / whole))
		}
		kept = append(kept, said)
	}
	return kept
}

// combination says how much of what row i lacks is regained if the best change is kept, then the best further one is
// made, and so on. It is for rows that no single column explains.
func (s *study) combination(i int, first tabular.Reason, e *tabular.Explainer, lack float64) (string, error) {
	row := slices.Clone(s.rows.RawRowView(i))
	logProb := s.logProb[i]
	var names []string
	for r := first; r.Nats > 0.01; {
		row[r.Column] = r.Usual
		logProb += r.Nats
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
		if len(names) == reasons || s.typical()-logProb < lack/10 {
			break
		}
		all, err := s.reasons(row, e)
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

// extreme names the column in which the fewest rows lie as far out as row i, if that is at most one row in a hundred.
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
