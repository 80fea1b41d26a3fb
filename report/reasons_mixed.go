package report

import (
	"cmp"
	"math"
	"slices"

	"gaussflow/mixed"
)

// rareCell is the tail probability of a cell, given the others of its row, below which it is a reason.
const rareCell = 0.1

// oddMixed are the rows of these indexes with the cells that are rare beside the others of their row.
func (s *study) oddMixed(index []int) ([]odd, error) {
	x := choose(s.rows, index, nil)
	e, err := s.Model.Mixed.Explain(x)
	if err != nil {
		return nil, err
	}
	var out []odd
	for k, i := range index {
		o, lack := s.oddRow(i)
		for j, f := range s.fields {
			if tail := e.Tail.At(k, j); tail < rareCell {
				o.Reasons = append(o.Reasons, reason{
					Column: f.name, Value: f.say(x.At(k, j)), Usual: s.usualCell(e, k, j), Weight: rarity(tail), gain: -math.Log(tail), column: j,
				})
			}
		}
		slices.SortStableFunc(o.Reasons, func(a, b reason) int { return cmp.Compare(b.gain, a.gain) })
		o.Reasons = o.Reasons[:min(len(o.Reasons), reasons)]
		for r := range o.Reasons {
			o.Reasons[r].Percent = 100
			if most := o.Reasons[0].gain; !math.IsInf(most, 0) {
				o.Reasons[r].Percent = int(math.Round(100 * o.Reasons[r].gain / most))
			}
		}
		switch {
		case math.IsInf(s.logProb[i], -1):
			o.Note = "It has a value that its column cannot have."
		case lack <= 0.5:
			o.Note = "Not odd: about as likely as a typical row."
		case len(o.Reasons) == 0:
			o.Note = "No single cell is rare beside the others: many are a little."
		}
		out = append(out, o)
	}
	return out, nil
}

// usualCell is what would be usual in a cell: a level, or where nine of ten values lie.
func (s *study) usualCell(e *mixed.Explanation, k, j int) string {
	f := s.fields[j]
	low, high := f.say(e.Low.At(k, j)), f.say(e.High.At(k, j))
	if f.category() || low == high {
		return f.say(e.Usual.At(k, j))
	}
	return low + " to " + high
}

// rarity is a tail probability in words.
func rarity(p float64) string {
	if !(p > 1e-9) {
		return "hardly ever"
	}
	return "1 in " + times(1/p)
}
