package report

import (
	"math"

	"gaussflow/tabular"
)

// oddMixed are the rows with these indexes, with the cells that are rare given the other cells of their row.
func (s *study) oddMixed(index []int) ([]odd, error) {
	explainer, err := tabular.NewExplainer(s.Model, nil)
	if err != nil {
		return nil, err
	}
	all, err := explainer.Explain(choose(s.rows, index, nil))
	if err != nil {
		return nil, err
	}
	var out []odd
	for k, i := range index {
		o, lack := s.oddRow(i)
		for _, r := range all[k][:min(len(all[k]), reasons)] {
			f := s.fields[r.Column]
			said := reason{Column: f.name, Value: f.say(r.Value), Usual: f.usual(r), Weight: rarity(math.Exp(-r.Nats)), Percent: 100}
			if most := all[k][0].Nats; !math.IsInf(most, 0) {
				said.Percent = int(math.Round(100 * r.Nats / most))
			}
			o.Reasons = append(o.Reasons, said)
		}
		switch {
		case math.IsInf(s.logProb[i], -1):
			o.Note = "It has a value that its column cannot have."
		case lack <= 0.5:
			o.Note = "Not odd: about as likely as a typical row."
		case len(o.Reasons) == 0:
			o.Note = "No single cell is rare given the others; many are slightly unusual."
		}
		out = append(out, o)
	}
	return out, nil
}

// usual describes usual values of a cell: a level, or the range of nine values in ten.
func (f *field) usual(r tabular.Reason) string {
	low, high := f.say(r.Low), f.say(r.High)
	if f.category() || low == high {
		return f.say(r.Usual)
	}
	return low + " to " + high
}

// rarity describes a tail probability.
func rarity(p float64) string {
	if !(p > 1e-9) {
		return "hardly ever"
	}
	return "1 in " + times(1/p)
}
