package info

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
)

// ModelRows is how many rows of a flow are drawn where a Config of measures of it does not say.
const ModelRows = 10000

// OfFlow takes n rows drawn from a flow by the seed, 0: ModelRows, so that every measure is one of the fitted density and not of the rows it was
// fitted to; standard errors are of the draws alone. The entropy of all its columns is the mean of −log p, and their total correlation
// Σ_i H(x_i) less that, without an estimate of their copula.
func OfFlow(f *flows.Flow, n int, c Config) (*Sample, error) {
	x, logProb, err := drawn("OfFlow", f, n, c.Seed)
	if err != nil {
		return nil, err
	}
	s, err := Of(x, c)
	if err != nil {
		return nil, err
	}
	s.logProb = logProb
	return s, nil
}

// drawn are rows of a flow, and log p of each.
func drawn(op string, f *flows.Flow, n int, seed uint64) (*mat.Dense, []float64, error) {
	switch {
	case f == nil || f.Dim() == 0:
		return nil, nil, fmt.Errorf("info: %s: the flow is nil or zero", op)
	case f.ContextDim() > 0:
		return nil, nil, fmt.Errorf("info: %s: the flow is given a context, want one of rows alone", op)
	case n < 0:
		return nil, nil, fmt.Errorf("info: %s: n = %d, want 0 or more", op, n)
	case n == 0:
		n = ModelRows
	}
	x, logProb, err := f.SampleAndLogProb(n, initializers.NewRand(seed, 400))
	if err != nil {
		return nil, nil, fmt.Errorf("info: %s: %w", op, err)
	}
	return x, logProb, nil
}

// byModel is the points of the total correlation of all columns by the density that the rows were drawn from, where it is known.
func (s *Sample) byModel(columns []int) (p points, ok bool) {
	if s.logProb == nil || len(columns) != len(s.columns) {
		return points{}, false
	}
	p.row = make([]float64, s.n)
	copy(p.row, s.logProb)
	for _, j := range columns {
		for i, v := range s.logDensity(j) {
			p.row[i] -= v
		}
	}
	return p, true
}

// DivergeFlows compares two flows of the same columns by n rows drawn from each, 0: ModelRows:
//
//	KL(p ‖ q) = E_p (log p − log q),
//
// and Jensen–Shannon likewise, both without a bias. Where one flow cannot have what the other draws the divergence is infinite, and so is Value.
func DivergeFlows(p, q *flows.Flow, n int, seed uint64) (Divergence, error) {
	if p != nil && q != nil && p.Dim() != q.Dim() {
		return Divergence{}, fmt.Errorf("info: DivergeFlows: flows of %d and %d columns, want the same ones", p.Dim(), q.Dim())
	}
	there, err := flowRatio(p, q, n, seed)
	if err != nil {
		return Divergence{}, err
	}
	back, err := flowRatio(q, p, n, seed+1)
	if err != nil {
		return Divergence{}, err
	}
	return Divergence{KL: there.orInfinite(), Reverse: back.orInfinite(), JensenShannon: jensenShannon(there, back)}, nil
}

// flowRatio is log p/q at rows of p.
func flowRatio(p, q *flows.Flow, n int, seed uint64) (logRatio, error) {
	x, own, err := drawn("DivergeFlows", p, n, seed)
	if err != nil {
		return logRatio{}, err
	}
	if q == nil || q.Dim() == 0 {
		return logRatio{}, errors.New("info: DivergeFlows: the flow is nil or zero")
	}
	other, err := q.LogProb(x)
	if err != nil {
		return logRatio{}, fmt.Errorf("info: DivergeFlows: %w", err)
	}
	for i := range own {
		own[i] -= other[i]
	}
	return logRatio{points: points{row: own}}, nil
}

// orInfinite is the divergence.
func (r logRatio) orInfinite() Estimate {
	for _, v := range r.row {
		if math.IsInf(v, 1) {
			return everywhere(math.Inf(1))
		}
	}
	return r.signed()
}
