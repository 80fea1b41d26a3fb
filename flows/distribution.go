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

// A Distribution is a flow as gonum has distributions, a distmv.RandLogProber: for package samplemv and whatever else takes one. It is
// of the flow as it is at each call. Gonum's interfaces have no errors: where a Flow's method has one, the number is NaN.
//
// LogProb may be called by several goroutines at a time, Rand by one.
type Distribution struct {
	flow    *Flow
	context []float64
	rng     *rand.Rand
}

var _ distmv.RandLogProber = (*Distribution)(nil)

// NewDistribution is flow as a distribution, of a conditional flow p(x | context); Rand draws by rng.
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

// LogProb is log p(x), nats. It is −Inf outside of a bounded base, and so far out that the squares of x overflow; NaN where x is not d
// finite numbers.
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

// Rand is a sample, in x where that is not nil. Where none can be drawn, or x is not of d numbers, all of its numbers are NaN.
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

// Quantiler is the flow as a map of the unit cube to x that takes uniform numbers to samples: for samplemv.LatinHypercube and Halton. Of
// one column it is the quantile function, the inverse of the distribution function; its direction is that of the flow at this call.
//
// It is an error of a flow whose base has no quantiles: see bases.Quantiler.
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

// quantiler is a Distribution's.
type quantiler struct {
	d     *Distribution
	base  bases.Quantiler
	falls bool // the one column: x falls where z rises
}

// Quantile is the x at p, in the memory of x where that is not nil. It is NaN where p is not d numbers from 0 to 1, and at 0 and 1 where
// the base has no bounds.
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

// at is the x that the base's quantiles at p come from.
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
