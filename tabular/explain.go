package tabular

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// A Reason is a column that makes a row unusual, and what would be usual there given the row's other cells.
type Reason struct {
	Column int     // its index in the model's Reads
	Name   string  // of the column
	Value  float64 // the row's value
	// Usual is a usual value: for a flow the likeliest of the column's usual values, for an any-order density the median of a
	// number and the likeliest level of a category. Low and High are the 5 % and the 95 % quantile given the other cells, for a
	// flow estimated from the usual values; for a category they equal Usual.
	Usual, Low, High float64
	// Nats says how unusual the value is: for a flow the rise of log p when Usual replaces Value in the row; for an any-order
	// density −log of the probability, given the other cells, of a value as far out or farther.
	Nats float64
}

const (
	tries    = 33   // usual values of a column that are tried in place of an odd one, plus one more at either end
	far      = 500  // one row in so many lies beyond that end value; beside other odd cells the usual value may be far out
	together = 64   // columns tried in one matrix, which bounds its size
	telling  = 3    // the most columns named for a row
	mostTail = 0.1  // tail probability up to which an any-order density calls a cell odd: beyond the 5 % or the 95 % quantile
	drawn    = 2000 // rows drawn from the model to find usual values
)

// An Explainer finds the columns that make rows unusual. It is safe for concurrent use.
type Explainer struct {
	model *Model
	usual [][]float64 // for a flow: usual values of each column, ascending
}

// NewExplainer makes an Explainer for the rows of a model. For a flow the usual values of a column are quantiles of the rows in
// usual, whose columns are the model's Reads; if usual is nil, rows are drawn from the model, always the same ones. An any-order
// density needs no such rows. A flow that is conditional on columns is an error.
func NewExplainer(m *Model, usual mat.Matrix) (*Explainer, error) {
	if err := m.check("NewExplainer"); err != nil {
		return nil, err
	}
	if m.Mixed != nil {
		return &Explainer{model: m}, nil
	}
	if len(m.Given) > 0 {
		return nil, fmt.Errorf("tabular: NewExplainer: the Model is conditional on %q, want one that is not", m.Given)
	}
	if usual == nil {
		x, err := m.Flow.Sample(drawn, rand.New(rand.NewPCG(0, 0x7573756c)))
		if err != nil {
			return nil, fmt.Errorf("tabular: NewExplainer: %w", err)
		}
		return usualOf(m, x)
	}
	if err := rows.Check("tabular: NewExplainer", usual, m.Flow.Dim()); err != nil {
		return nil, err
	}
	return usualOf(m, usual)
}

// usualOf takes quantiles of each column of x, without repetitions. Values that are not finite, which float32 can produce far
// out, are skipped.
func usualOf(m *Model, x mat.Matrix) (*Explainer, error) {
	e := &Explainer{model: m, usual: make([][]float64, m.Flow.Dim())}
	for j := range e.usual {
		values := slices.DeleteFunc(mat.Col(nil, j, x), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
		if len(values) == 0 {
			return nil, fmt.Errorf("tabular: NewExplainer: no draw of column %q is finite", m.Reads()[j])
		}
		slices.Sort(values)
		n := len(values)
		tried := []float64{values[n/far]}
		for k := range tries {
			tried = append(tried, values[(2*k+1)*n/(2*tries)])
		}
		e.usual[j] = slices.Compact(append(tried, values[n-1-n/far]))
	}
	return e, nil
}

// Explain finds for each row of x, whose columns are the model's Reads, the columns that make it unusual, the most unusual first.
// For a flow these are all columns, and none for a row with a missing cell; for an any-order density those for which a value as far
// out or farther has a probability of at most 0.1 given the other cells.
func (e *Explainer) Explain(x mat.Matrix) ([][]Reason, error) {
	if e == nil || e.model == nil {
		return nil, errors.New("tabular: Explain: the Explainer is nil or zero: NewExplainer makes one")
	}
	explain := e.flow
	if e.model.Mixed != nil {
		explain = e.mixed
	}
	out, err := explain(x)
	if err != nil {
		return nil, err
	}
	for _, all := range out {
		e.round(all)
		slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Nats, a.Nats) })
	}
	return out, nil
}

// round takes what is usual to values that the columns can have, so that a value that is at an end of the usual range is not beyond it.
func (e *Explainer) round(all []Reason) {
	for i := range all {
		if c, there := e.model.Schema.Column(all[i].Name); there && len(c.Levels) == 0 {
			r := &all[i]
			r.Usual, r.Low, r.High = c.Round(r.Usual), c.Round(r.Low), c.Round(r.High)
		}
	}
}

// Telling selects from the reasons for a row, the most unusual first, those that explain most of why it is unusual, at most three.
// A value between Low and High is selected only if Usual is another one that makes the row at least e³ times as likely, as for a value
// between two modes.
func Telling(all []Reason) (kept []Reason) {
	for _, r := range all {
		if len(kept) == telling || !(r.Nats > 0.01 && r.Nats >= all[0].Nats/20) {
			break
		}
		if r.Nats >= 3 && r.Usual != r.Value || !(r.Low <= r.Value && r.Value <= r.High) {
			kept = append(kept, r)
		}
	}
	return kept
}

func (e *Explainer) mixed(x mat.Matrix) ([][]Reason, error) {
	found, err := e.model.Mixed.Explain(x)
	if err != nil {
		return nil, fmt.Errorf("tabular: Explain: %w", err)
	}
	out := make([][]Reason, lengthOf(x))
	for i := range out {
		for j, name := range e.model.Reads() {
			if tail := found.Tail.At(i, j); tail <= mostTail { // false for a missing cell, where it is NaN
				out[i] = append(out[i], Reason{
					j, name, x.At(i, j), found.Usual.At(i, j), found.Low.At(i, j), found.High.At(i, j), -math.Log(tail),
				})
			}
		}
	}
	return out, nil
}

// flow tries the usual values of every column in each row.
func (e *Explainer) flow(x mat.Matrix) ([][]Reason, error) {
	scores, err := e.model.Score(x)
	if err != nil {
		return nil, err
	}
	out := make([][]Reason, len(scores))
	for i, s := range scores {
		row := mat.Row(nil, i, x)
		for from := 0; from < len(e.usual) && !math.IsNaN(s.LogProb); from += together {
			reasons, err := e.tried(row, s.LogProb, from, e.usual[from:min(from+together, len(e.usual))])
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], reasons...)
		}
	}
	return out, nil
}

// tried tries values in the columns from index from on, in a row whose log p is logProb.
func (e *Explainer) tried(row []float64, logProb float64, from int, columns [][]float64) ([]Reason, error) {
	scores, err := e.model.Score(changed(row, from, columns))
	if err != nil {
		return nil, err
	}
	var out []Reason
	for k, values := range columns {
		j, lp := from+k, make([]float64, len(values))
		for v := range values {
			lp[v] = scores[v].LogProb
		}
		scores = scores[len(values):]
		r := Reason{Column: j, Name: e.model.Reads()[j], Value: row[j]}
		best := slices.Index(lp, slices.Max(lp))
		if r.Usual = values[best]; lp[best] != logProb { // they are equal if both are −Inf
			r.Nats = lp[best] - logProb
		}
		r.Low, r.High = middle(values, lp, best)
		out = append(out, r)
	}
	return out, nil
}

// changed makes copies of a row, each with one of the values in one of the columns from index from on.
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

// middle are the 5 % and the 95 % quantile of the distribution whose density is proportional to exp(logProb) at the ascending
// values and linear between them. Both are the best value if there is no such distribution.
func middle(values, logProb []float64, best int) (low, high float64) {
	mass := make([]float64, len(values)) // cumulative, up to each value
	density := func(k int) float64 { return math.Exp(logProb[k] - logProb[best]) }
	for k := 1; k < len(values); k++ {
		mass[k] = mass[k-1] + (density(k-1)+density(k))/2*(values[k]-values[k-1])
	}
	total := mass[len(mass)-1]
	if !(total > 0) || math.IsInf(total, 0) {
		return values[best], values[best]
	}
	at := func(p float64) float64 {
		k, _ := slices.BinarySearch(mass, p*total)
		return values[k-1] + (p*total-mass[k-1])/(mass[k]-mass[k-1])*(values[k]-values[k-1])
	}
	return at(0.05), at(0.95)
}
