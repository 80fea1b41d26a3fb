package report

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat"
)

// verdict is the summary at the top of the page.
type verdict struct {
	Fidelity, Overlap, Ceiling string // shares; Fidelity is empty if there are too few rows
	Pairs                      bool   // the shares are for pairs of columns
	Among                      string // the columns whose pairs are examined, if these are not all
	HeldOut                    string // mean log p of the rows held out, with its standard error; empty if not known
	HeldRows                   int
	Tail                       string // share of the rows in the 1 % tail; empty if the model has no reference
	Strange                    bool   // there are far more of them than chance allows
	Differ                     []string
}

const (
	fewestHalved = 20  // the fewest rows in half of the table for a meaningful overlap
	oneTail      = 100 // the fewest reference rows for a tail of 1 %
)

func (s *study) verdict(l *likenesses) verdict {
	v := verdict{HeldRows: s.Model.Training.ValidationRows}
	if v.HeldRows > 0 {
		v.HeldOut = s.heldOut()
	}
	v.fidelity(l)
	v.tail(s)
	if v.Strange {
		for _, c := range worst(l.columns) {
			if c.gap() > 0.1 && len(v.Differ) < 4 {
				v.Differ = append(v.Differ, s.fields[c.a].name)
			}
		}
	}
	return v
}

// fidelity is the mean overlap of samples with halves of the table, relative to that of the halves with each other.
func (v *verdict) fidelity(l *likenesses) {
	if l.rows < fewestHalved {
		return
	}
	of := l.columns
	if v.Pairs = len(l.pairs) > 0; v.Pairs {
		of = l.pairs
	}
	model, table := 0.0, 0.0
	for _, u := range of {
		model, table = model+u.model/float64(len(of)), table+u.table/float64(len(of))
	}
	v.Fidelity, v.Overlap, v.Ceiling = wholePercent(min(1, model/table)), wholePercent(model), wholePercent(table)
	if l.among < len(l.columns) {
		v.Among = count(l.among)
	}
}

// tail counts the rows that are less likely than 99 of 100 reference rows. If the rows are like those, the count is binomial; it
// is called strange if it is more than four standard deviations above one in a hundred, and more than twice that.
func (v *verdict) tail(s *study) {
	if len(s.Model.Reference) < oneTail || s.Model.Training.ReferenceRows < oneTail {
		return
	}
	below := 0
	for _, lp := range s.logProb {
		if !(s.Model.Reference.Share(lp) > 0.01) {
			below++
		}
	}
	n := float64(len(s.logProb))
	v.Tail = number(100*float64(below)/n, 2) + "\u00a0%"
	// The reference has a sampling error of its own at 1 %.
	chance := math.Sqrt(0.01 * 0.99 * (n + n*n/float64(s.Model.Training.ReferenceRows)))
	v.Strange = float64(below) > math.Max(0.02*n, 0.01*n+4*chance)
}

// heldOut is the mean log p of the validation rows, with a standard error from the stored quantiles.
func (s *study) heldOut() string {
	t := s.Model.Training
	mean := nats(t.LogLikelihood)
	q := s.Model.Held
	if len(q) == 0 && t.ReferenceRows == t.ValidationRows {
		q = s.Model.Reference
	}
	if len(q) > 1 {
		return mean + " ± " + nats(stat.StdDev(q, nil)/math.Sqrt(float64(t.ValidationRows)))
	}
	return mean
}

// wholePercent is a share without decimals; a tiny share is still distinguished from none.
func wholePercent(share float64) string {
	if share > 0 && share < 0.005 {
		return "under 1 %"
	}
	return strconv.Itoa(int(math.Round(100*share))) + "\u00a0%"
}
