package info

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Divergence is how two samples p and q differ, in nats.
type Divergence struct {
	KL            Estimate `json:"kl"`             // KL(p ‖ q) = E_p log(p/q)
	Reverse       Estimate `json:"reverse"`        // KL(q ‖ p)
	JensenShannon Estimate `json:"jensen_shannon"` // ½·KL(p ‖ m) + ½·KL(q ‖ m), m = (p+q)/2; from 0 to log 2
	// ByValue names the columns whose values were used and not their ranks alone, so that an increasing map of such a column changes the result:
	// all, where one sample cannot be told from a normal and the other neither or from a t, as the divergence to the normal is theirs then; else
	// those that look normal in a sample of which so many rows of the other lie outside that ranks cannot say how far.
	ByValue []string `json:"by_value,omitempty"`
	// Rounded names the columns that one sample has in finer steps than the other, whose values were rounded to those of the other.
	Rounded []string `json:"rounded,omitempty"`
}

// Diverge compares the rows of two samples of the same columns.
//
//	KL(p ‖ q) = Σ_i KL(p_i ‖ q_i) + TC(p) − E_p log c_q
//
// The columns' own part is by where the rows of one sample stand among the other's: the normal scores that q's rows have in p's column
// are a sample of a density g with KL(p_i ‖ q_i) = E_φ[log φ − log g], which a mixture is fitted to; of rows of q beyond all of p's it knows how
// many there are. The copula c_q of q is read at p's rows by where they stand in q. All of this is ranks, so no increasing map of a column changes it. Where q cannot be told from a normal, and p
// neither or from a multivariate t, KL(p ‖ q) is that of these two laws in closed form: what decides it are squares far out, which a sample of
// heavy tails hardly ever has.
func Diverge(p, q *Sample) (Divergence, error) {
	p, q, rounded, err := alike("Diverge", p, q)
	if err != nil {
		return Divergence{}, err
	}
	if err := errors.Join(p.determined(p.all()), q.determined(q.all())); err != nil {
		return Divergence{}, err
	}
	there, err := ratio(p, q)
	if err != nil {
		return Divergence{}, err
	}
	back, err := ratio(q, p)
	if err != nil {
		return Divergence{}, err
	}
	d := Divergence{KL: there.estimate(back), Reverse: back.estimate(there), JensenShannon: jensenShannon(there, back), Rounded: rounded}
	if d.byLaws(p, q) {
		return d, nil
	}
	seen := map[int]bool{}
	for _, r := range []logRatio{there, back} {
		for _, j := range r.byValue {
			if !seen[j] {
				seen[j] = true
				d.ByValue = append(d.ByValue, p.config.Names[j])
			}
		}
	}
	return d, nil
}

// byLaws puts in place the divergences that the laws of the samples have in closed form, and reports whether there are any.
func (d *Divergence) byLaws(p, q *Sample) bool {
	of, from := p.law(p.all()), q.law(q.all())
	e, there := of.toNormal(from)
	if there {
		d.KL = e
	}
	r, back := from.toNormal(of)
	if back {
		d.Reverse = r
	}
	if there || back {
		d.ByValue = p.Names()
	}
	return there || back
}

// alike are the rows without missing cells of two samples of the same columns, which are numbers, on one grid.
func alike(op string, p, q *Sample) (_, _ *Sample, rounded []string, err error) {
	if p == nil || q == nil {
		return nil, nil, nil, errNoSample
	}
	if len(p.columns) != len(q.columns) {
		return nil, nil, nil, fmt.Errorf("info: %s: samples of %d and %d columns, want the same ones", op, len(p.columns), len(q.columns))
	}
	p, errP := p.whole(op, p.all())
	q, errQ := q.whole(op, q.all())
	if err := errors.Join(errP, errQ); err != nil {
		return nil, nil, nil, err
	}
	if err := errors.Join(p.numbersOnly(op, p.all()), q.numbersOnly(op, q.all())); err != nil {
		return nil, nil, nil, err
	}
	p, q, rounded = onOneGrid(p, q)
	return p, q, rounded, nil
}

// A logRatio is log p/q at the rows of p.
type logRatio struct {
	points
	byValue []int
	scatter float64 // variance that a row's has from how it is estimated
}

// ratio estimates it.
func ratio(p, q *Sample) (logRatio, error) {
	d := len(p.columns)
	r := logRatio{points: points{row: make([]float64, p.n)}}
	at := mat.NewDense(p.n, d, nil) // the normal scores of p's rows in q
	for j := range d {
		m, err := newMatch(p, q, j)
		if err != nil {
			return r, err
		}
		if m.byValue {
			r.byValue = append(r.byValue, j)
		}
		for i := range p.n {
			score, gain := m.read(i)
			at.Set(i, j, score)
			r.row[i] += gain
		}
		r.bias += m.bias
		r.noise += m.noise
	}
	if d == 1 {
		return r, nil
	}
	own, err := p.copula(p.all(), p.all())
	if err != nil {
		return r, err
	}
	r.points = r.plus(1, own)
	other, err := q.readCopula(at)
	if err != nil {
		return r, err
	}
	r.points = r.plus(-1, other)
	mine, errP := p.scatter()
	theirs, errQ := q.scatter()
	r.scatter = mine + theirs
	return r, errors.Join(errP, errQ)
}

// estimate is of the divergence; back is the ratio the other way, which says how the rows of q move it: by 1 − p/q each.
func (r logRatio) estimate(back logRatio) Estimate {
	e := r.signed()
	weights := make([]float64, len(back.row))
	for i, v := range back.row {
		weights[i] = math.Exp(-v)
	}
	m := mean(weights)
	if v := variance(weights, m) / float64(len(weights)); m > 0 && !math.IsInf(v, 0) {
		e = e.within(math.Hypot(e.SE, math.Sqrt(v)/m))
	}
	return e
}

// jensenShannon is log 2 − ½·E_p log(1 + q/p) − ½·E_q log(1 + p/q). log(1 + e^r) bends by σ(r)·σ(−r), so that what r scatters by itself is taken off.
func jensenShannon(there, back logRatio) Estimate {
	half := func(r logRatio) points {
		p := points{row: make([]float64, len(r.row)), bias: r.bias / 4, noise: r.noise / 16} // where p = q it is a quarter of r
		for i, v := range r.row {
			bend := math.Exp(-softplus(v) - softplus(-v))
			p.row[i] = 0.5 * (math.Ln2 - softplus(-v) + r.scatter*bend/2)
		}
		return p
	}
	a, b := half(there).signed(), half(back).signed()
	e := Estimate{Value: a.Value + b.Value, Bias: a.Bias + b.Bias, Rows: a.Rows}
	return e.within(math.Hypot(a.SE, b.SE))
}

// softplus is log(1 + exp(v)).
func softplus(v float64) float64 { return max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) }
