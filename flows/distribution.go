package flows

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"

	"gaussflow/bases"
	"gaussflow/internal/defaults"
)

// A Distribution presents a flow as a gonum distribution, a distmv.RandLogProber, for package samplemv and others. It follows the
// flow: training the flow changes it. Gonum's interfaces return no errors, so where a Flow's method would return one, the number is
// NaN.
//
// LogProb may be called by several goroutines at a time, Rand by one.
type Distribution struct {
	flow    *Flow
	context []float64
	rng     *rand.Rand
}

var _ distmv.RandLogProber = (*Distribution)(nil)

// NewDistribution returns flow as a distribution; for a conditional flow it is p(x | context), else
// context is nil. Rand draws with rng.
func NewDistribution(flow *Flow, context []float64, rng *rand.Rand) (*Distribution, error) {
	const op = "NewDistribution"
	switch {
	case !flow.built():
		return nil, fmt.Errorf("flows: %s: %w", op, ErrNotBuilt)
	case len(context) != flow.ContextDim():
		return nil, fmt.Errorf("flows: %s: got a context of %d numbers, want %d", op, len(context), flow.ContextDim())
	case rng == nil:
		return nil, errNoRand(op)
	}
	for i, v := range context {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("flows: %s: number %d (from 0) of the context is %v, want a finite one", op, i, v)
		}
	}
	return &Distribution{flow, slices.Clone(context), rng}, nil
}

// Dim is d.
func (d *Distribution) Dim() int {
	if d == nil {
		return 0
	}
	return d.flow.Dim()
}

// row is x with the context beside it.
func (d *Distribution) row(x []float64) *mat.Dense {
	return mat.NewDense(1, d.flow.width(), slices.Concat(x, d.context))
}

// LogProb is log p(x), nats. It is −Inf outside a bounded base and where x is so far out that its squares overflow, and NaN where x
// is not d finite numbers.
func (d *Distribution) LogProb(x []float64) float64 {
	if d.Dim() == 0 || len(x) != d.Dim() {
		return math.NaN()
	}
	logProb, err := d.flow.LogProb(d.row(x))
	var far *RowError
	switch {
	case errors.As(err, &far):
		return far.Value
	case err != nil:
		return math.NaN()
	}
	return logProb[0]
}

// Rand draws a sample, into x if that is not nil. All its numbers are NaN if none can be drawn or x does not have length d.
func (d *Distribution) Rand(x []float64) []float64 {
	if x == nil {
		x = make([]float64, d.Dim())
	}
	if d.Dim() == 0 || len(x) != d.Dim() {
		return fillNaN(x)
	}
	var drawn *mat.Dense
	var err error
	if len(d.context) == 0 {
		drawn, err = d.flow.Sample(1, d.rng)
	} else {
		drawn, _, err = d.flow.SampleGiven(mat.NewDense(1, len(d.context), d.context), 1, d.rng)
	}
	if err != nil {
		return fillNaN(x)
	}
	copy(x, drawn.RawRowView(0))
	return x
}

func fillNaN(x []float64) []float64 {
	for i := range x {
		x[i] = math.NaN()
	}
	return x
}

// Quantiler returns the flow as a map from the unit cube to x that takes uniform numbers to samples, for samplemv.LatinHypercube
// and Halton. With one column it is the quantile function, the inverse of the distribution function. Whether the map rises or falls
// is determined once, by this call.
//
// It returns an error if the base has no quantiles: see bases.Quantiler.
func (d *Distribution) Quantiler() (distmv.Quantiler, error) {
	const op = "flows: Quantiler"
	if d.Dim() == 0 {
		return nil, fmt.Errorf("%s: %w", op, ErrNotBuilt)
	}
	base, ok := d.flow.base.(bases.Quantiler)
	if !ok || defaults.IsNil(base) {
		return nil, fmt.Errorf("%s: the base is a %s, which has no quantiles, want a bases.Quantiler", op, bases.Kind(d.flow.base))
	}
	q := &quantiler{d: d, base: base}
	middle := make([]float64, d.Dim())
	for i := range middle {
		middle[i] = 0.25
	}
	low, err := q.at(middle)
	if err == nil && d.Dim() == 1 {
		var high []float64
		high, err = q.at([]float64{0.75})
		q.falls = err == nil && high[0] < low[0]
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return q, nil
}

// quantiler is what Distribution.Quantiler returns.
type quantiler struct {
	d     *Distribution
	base  bases.Quantiler
	falls bool // for one column: x falls as z rises
}

// Quantile is x at the probabilities p, stored in x if that is not nil. It is NaN where p is not d numbers from 0 to 1, and at 0
// and 1 if the base is unbounded.
func (q *quantiler) Quantile(x, p []float64) []float64 {
	if x == nil {
		x = make([]float64, len(p))
	}
	if len(x) != len(p) {
		return fillNaN(x)
	}
	if q.falls && len(p) == 1 {
		p = []float64{1 - p[0]}
	}
	at, err := q.at(p)
	if err != nil {
		return fillNaN(x)
	}
	copy(x, at)
	return x
}

// at maps the base's quantiles at p to x.
func (q *quantiler) at(p []float64) ([]float64, error) {
	z, err := q.base.Quantile(p)
	if err != nil {
		return nil, err
	}
	x, _, err := q.d.flow.Inverse(q.d.row(z))
	if err != nil {
		return nil, err
	}
	return x.RawRowView(0), nil
}
