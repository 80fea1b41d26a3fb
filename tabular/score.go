package tabular

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/rows"
)

// A Score is a model's answer for a row.
type Score struct {
	LogProb float64 // nats; −Inf for an impossible row, NaN if there is no answer
	Tail    float64 // the tail probability, see Model.TailProbability; NaN if there is none
	Reason  string  // why LogProb is −Inf or NaN; "" for other rows
}

// Score is log p and the tail probability of each row of x, whose columns are Reads. No row causes an error. A flow has no answer
// for a row with a missing cell, NaN; an any-order density gives log p of the cells that are there, and no answer for a row without
// any. There is no tail probability if a cell is missing in a column that has a value in every row of the table, because no row that it
// could be compared with is of as few columns. Rows that are impossible, or so far out that the arithmetic overflows, get −Inf.
func (m *Model) Score(x mat.Matrix) ([]Score, error) {
	if err := m.check("Score"); err != nil {
		return nil, err
	}
	n, d := rows.Dims(x)
	if n < 1 || d != len(m.Reads()) {
		return nil, fmt.Errorf("tabular: Score: got a %s matrix, want at least one row of %d columns", rows.ShapeOf(x), len(m.Reads()))
	}
	scores := make([]Score, n)
	if m.Mixed != nil {
		logProb, err := m.Mixed.LogProb(x)
		if err != nil {
			return nil, fmt.Errorf("tabular: Score: %w", err)
		}
		for i, lp := range logProb {
			scores[i] = m.scoreOf(lp)
			switch {
			case math.IsInf(lp, -1):
				scores[i].Reason = "it has a value that its column cannot have"
			case lp == 0 && len(m.gaps(x, i)) == d:
				scores[i] = Score{math.NaN(), math.NaN(), "no cell has a value"}
			case m.newGap(x, i):
				scores[i].Tail = math.NaN()
			}
		}
		return scores, nil
	}
	var whole []int
	for i := range n {
		if gaps := m.gaps(x, i); gaps != nil {
			scores[i] = Score{math.NaN(), math.NaN(), "no value in " + strings.Join(gaps, ", ")}
			continue
		}
		whole = append(whole, i)
	}
	return scores, m.scoreFlow(x, whole, scores)
}

// ScoreGiven is log p of each row of x, whose columns are Reads, conditional on the row's own values in the given columns: log p of
// its other cells. A missing cell is not conditioned on. As in Score, no row causes an error. Tail is NaN, because the reference
// rows were not scored in this way. It returns an error if the model is no any-order density.
func (m *Model) ScoreGiven(x mat.Matrix, given ...string) ([]Score, error) {
	if err := m.check("ScoreGiven"); err != nil {
		return nil, err
	}
	if m.Mixed == nil {
		return nil, errors.New("tabular: ScoreGiven: the Model is a flow, want one of the family AnyOrder")
	}
	logProb, err := m.Mixed.LogProbGiven(x, given...)
	if err != nil {
		return nil, fmt.Errorf("tabular: ScoreGiven: %w", err)
	}
	scores := make([]Score, len(logProb))
	for i, lp := range logProb {
		scores[i] = Score{LogProb: lp, Tail: math.NaN()}
		switch {
		case math.IsNaN(lp):
			scores[i].Reason = "it is given a value that its column cannot have"
		case math.IsInf(lp, -1):
			scores[i].Reason = "it has a value that its column cannot have"
		case !slices.ContainsFunc(m.present(x, i), func(name string) bool { return !slices.Contains(given, name) }):
			scores[i] = Score{math.NaN(), math.NaN(), "no cell has a value, but for those that are given"}
		}
	}
	return scores, nil
}

// present are the columns in which row i has a value.
func (m *Model) present(x mat.Matrix, i int) (names []string) {
	gaps := m.gaps(x, i)
	for _, name := range m.Reads() {
		if !slices.Contains(gaps, name) {
			names = append(names, name)
		}
	}
	return names
}

// gaps are the columns in which row i has no value.
func (m *Model) gaps(x mat.Matrix, i int) (names []string) {
	for j, name := range m.Reads() {
		if math.IsNaN(x.At(i, j)) {
			names = append(names, name)
		}
	}
	return names
}

// newGap reports whether row i has no value in a column of which the table had all.
func (m *Model) newGap(x mat.Matrix, i int) bool {
	return slices.ContainsFunc(m.gaps(x, i), func(name string) bool {
		c, there := m.Schema.Column(name)
		return there && c.Missing == 0
	})
}

// scoreFlow scores the rows listed in at: all at once or, if one of them has no finite log p, each half separately, and
// so on.
func (m *Model) scoreFlow(x mat.Matrix, at []int, scores []Score) error {
	if len(at) == 0 {
		return nil
	}
	logProb, err := m.Flow.LogProb(pick(x, at))
	var row *flows.RowError
	switch {
	case errors.As(err, &row) && len(at) == 1:
		scores[at[0]] = Score{math.Inf(-1), 0, row.Reason()}
		return nil
	case errors.As(err, &row):
		half := len(at) / 2
		return errors.Join(m.scoreFlow(x, at[:half], scores), m.scoreFlow(x, at[half:], scores))
	case err != nil:
		return fmt.Errorf("tabular: Score: %w", err)
	}
	for k, lp := range logProb {
		scores[at[k]] = m.scoreOf(lp)
	}
	return nil
}

func (m *Model) scoreOf(logProb float64) Score {
	return Score{LogProb: logProb, Tail: m.Reference.Share(logProb)}
}
