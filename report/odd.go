package report

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

const (
	oddRows = 10
	tries   = 33 // values of a column that stand in for an odd one
	reasons = 3  // columns named for each row
)

// odd is one of the least likely rows.
type odd struct {
	Number  int
	LogProb string
	Tail    string // tail probability
	Short   string // nats below the reference's median
	Reasons []reason
	Note    string
}

// reason is a column and what its value costs: the rise of log p when the best of the column's usual values stands in
// for it, the rest of the row unchanged.
type reason struct {
	Column, Value, Usual, Gain string
	Percent                    int // of what the row lacks to a typical one
	gain                       float64
}

// odd are the least likely rows, least first.
func (s *study) odd() ([]odd, error) {
	order := orAll(nil, len(s.logProb))
	slices.SortStableFunc(order, func(a, b int) int { return compareOdd(s.logProb[a], s.logProb[b]) })
	order = order[:min(len(order), oddRows)]
	usual := s.usual()
	var out []odd
	for _, i := range order {
		o := odd{Number: s.number(i), LogProb: nats(s.logProb[i]), Tail: s.tail(s.logProb[i])}
		lack := s.typical() - s.logProb[i]
		o.Short = nats(lack)
		all, err := s.reasons(i, usual)
		if err != nil {
			return nil, err
		}
		o.explain(all, lack)
		out = append(out, o)
	}
	return out, nil
}

// compareOdd puts what is not a number first, then the least.
func compareOdd(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b) || a == b:
		return 0
	case math.IsNaN(a) || a < b:
		return -1
	}
	return 1
}

// typical is the median log p of the reference rows, or of the table's where the model has none.
func (s *study) typical() float64 {
	if q := s.Model.Reference; len(q) > 0 {
		return q[len(q)/2]
	}
	finite, _ := onlyFinite(s.logProb)
	slices.Sort(finite)
	return finite[len(finite)/2]
}

// tail is the tail probability in words: a share of zero says only that the reference is too small.
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

// reasons tries the usual values of every column in row i; largest gain first.
func (s *study) reasons(i int, usual [][]float64) ([]reason, error) {
	out := make([]reason, 0, len(usual))
	for from := 0; from < len(usual); from += together {
		columns := usual[from:min(from+together, len(usual))]
		lp, err := s.flow.LogProb(s.changed(i, from, columns))
		if err != nil {
			return nil, err
		}
		for k, values := range columns {
			out = append(out, s.reason(i, from+k, values, lp[:len(values)]))
			lp = lp[len(values):]
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].gain > out[b].gain })
	return out, nil
}

// together are the columns tried in one matrix, which bounds its size.
const together = 64

// changed are copies of row i, each with one of the values in one of the columns that begin at from.
func (s *study) changed(i, from int, columns [][]float64) *mat.Dense {
	var rows []float64
	for k, values := range columns {
		for _, v := range values {
			at := len(rows)
			rows = append(rows, s.rows.RawRowView(i)...)
			rows[at+from+k] = v
		}
	}
	_, d := s.rows.Dims()
	return mat.NewDense(len(rows)/d, d, rows)
}

// reason is column j of row i, given log p with each of the values in its place.
func (s *study) reason(i, j int, values, logProb []float64) reason {
	best := 0
	for k := range values {
		if compareOdd(logProb[k], logProb[best]) > 0 {
			best = k
		}
	}
	return reason{
		Column: s.names[j], Value: value(s.rows.At(i, j)), Usual: value(values[best]), gain: logProb[best] - s.logProb[i],
	}
}

// explain keeps the columns that matter, of all in falling order, and says when none does by itself.
func (o *odd) explain(all []reason, lack float64) {
	most := all[0].gain
	for _, r := range all[:min(len(all), reasons)] {
		if !(r.gain > 0.01) || !(r.gain >= most/20) {
			break
		}
		r.Gain = nats(r.gain)
		r.Percent = 100
		if whole := math.Max(most, lack); !math.IsInf(whole, 0) {
			r.Percent = int(math.Round(100 * r.gain / whole))
		}
		o.Reasons = append(o.Reasons, r)
	}
	switch {
	case !(lack > 0.5):
		o.Note = "Not odd: about as likely as a typical row."
	case len(all) > 1 && most < lack/2:
		o.Note = fmt.Sprintf("No single column explains it: it is the combination. The best single change makes up %s of %s nats.", nats(math.Max(most, 0)), nats(lack))
	}
}
