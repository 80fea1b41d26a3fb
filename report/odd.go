package report

import (
	"math"
	"slices"

	"gaussflow/tabular"
)

const oddRows = 10

// odd is one of the least likely rows.
type odd struct {
	Number  int
	LogProb string
	Tail    string // tail probability
	Short   string // nats below the reference's median; empty if there is no such number
	Reasons []reason
	Note    string
}

// odd are the least likely rows, the least likely first.
func (s *study) odd() ([]odd, error) {
	order := orAll(nil, len(s.logProb))
	slices.SortStableFunc(order, func(a, b int) int { return compareOdd(s.logProb[a], s.logProb[b]) })
	order = order[:min(len(order), oddRows)]
	if s.flow == nil {
		return s.oddMixed(order)
	}
	explainer, err := tabular.NewExplainer(s.Model, s.rows)
	if err != nil {
		return nil, err
	}
	var out []odd
	for _, i := range order {
		o, lack := s.oddRow(i)
		all, err := s.reasons(s.rows.RawRowView(i), explainer)
		if err != nil {
			return nil, err
		}
		o.Reasons = s.weigh(all, lack)
		switch {
		case math.IsNaN(lack) || math.IsInf(lack, 0):
			o.Note = "Its log-density is not a finite number."
		case lack <= 0.5:
			o.Note = "Not odd: about as likely as a typical row."
		case len(all) > 1 && all[0].Nats < lack/2:
			o.Note, err = s.combination(i, all[0], explainer, lack)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// oddRow describes row i apart from its reasons; lack is by how many nats it is less likely than a typical row.
func (s *study) oddRow(i int) (o odd, lack float64) {
	o = odd{Number: s.number(i), LogProb: nats(s.logProb[i]), Tail: s.tail(s.logProb[i])}
	lack = s.typical() - s.logProb[i]
	if !math.IsNaN(lack) && !math.IsInf(lack, 0) {
		o.Short = nats(lack)
	}
	return o, lack
}

// compareOdd sorts NaN first, then ascending.
func compareOdd(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b) || a == b:
		return 0
	case math.IsNaN(a) || a < b:
		return -1
	}
	return 1
}

// typical is the median log p of the reference rows or, if the model has none, of the table's rows.
func (s *study) typical() float64 {
	if q := s.Model.Reference; len(q) > 0 {
		return q[len(q)/2]
	}
	finite, _ := onlyFinite(s.logProb)
	if len(finite) == 0 {
		return math.NaN()
	}
	slices.Sort(finite)
	return finite[len(finite)/2]
}

// tail describes a tail probability; a share of zero says only that the reference is too small.
func (s *study) tail(logProb float64) string {
	q := s.Model.Reference
	if len(q) == 0 {
		return "unknown"
	}
	if p := q.Share(logProb); p > 0 {
		return number(p, 2)
	}
	return "below " + number(1/float64(len(q)), 2)
}
