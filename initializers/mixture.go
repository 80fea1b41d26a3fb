package initializers

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gaussflow/graph/kernel"
)

// A Mixture of K normals in one dimension; the weights are softmax(Logits).
type Mixture struct {
	Logits, Means, LogScales []float64
}

// MixtureFit is what FitMixture found.
type MixtureFit struct {
	Mixture
	LogLikelihood float64 // mean over the rows, nats
	Steps         int     // of EM, of the start that won
	Converged     bool
	AtBound       int // components whose scale sits on MinScale or MaxScale
}

// MixtureConfig configures FitMixture; the zero value of each field is its default.
type MixtureConfig struct {
	Components  int     `json:"components,omitempty"`   // K, 8
	Seed        uint64  `json:"seed,omitempty"`         // of the k-means++ starts
	MinScale    float64 `json:"min_scale,omitempty"`    // least σ, 0: only MinVariance
	MaxScale    float64 `json:"max_scale,omitempty"`    // greatest σ, 0: none
	MinVariance float64 `json:"min_variance,omitempty"` // added to each variance, 1e-6
	Tol         float64 `json:"tol,omitempty"`          // stop when the mean log-likelihood gains less, 1e-6
	MaxSteps    int     `json:"max_steps,omitempty"`    // 500
	Starts      int     `json:"starts,omitempty"`       // k-means++ starts beside the quantile and the heaviest-value one, 24
}

func (c MixtureConfig) withDefaults() MixtureConfig {
	orInt := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	or := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	orInt(&c.Components, 8)
	orInt(&c.MaxSteps, 500)
	orInt(&c.Starts, 24)
	or(&c.MaxScale, math.Inf(1))
	or(&c.MinVariance, 1e-6)
	or(&c.Tol, 1e-6)
	return c
}

// Validate reports fields out of range.
func (c MixtureConfig) Validate() error {
	switch c = c.withDefaults(); {
	case c.Components < 1:
		return fmt.Errorf("initializers: MixtureConfig: Components = %d, want ≥ 1", c.Components)
	case !(c.MinScale >= 0) || !(c.MaxScale > c.MinScale):
		return fmt.Errorf("initializers: MixtureConfig: scales from %g to %g, want 0 ≤ MinScale < MaxScale", c.MinScale, c.MaxScale)
	case !(c.MinVariance >= 0) || !(c.Tol >= 0) || c.MaxSteps < 1 || c.Starts < 0:
		return fmt.Errorf("initializers: MixtureConfig: MinVariance = %g, Tol = %g, MaxSteps = %d, Starts = %d, want none negative and a step", c.MinVariance, c.Tol, c.MaxSteps, c.Starts)
	}
	return nil
}

// FitMixture fits a mixture to the values of x by EM: from quantiles, from the
// heaviest values and from seeded k-means++ starts, each run for a few steps, the likeliest to the end. Statistics are in float64, equal values are counted once (exact
// and fast on tied columns), a component that loses its rows is seeded again at the least likely value.
//
// It depends on x as a list of values and on c, and on nothing else.
func FitMixture(x []float64, c MixtureConfig) (MixtureFit, error) {
	if err := c.Validate(); err != nil {
		return MixtureFit{}, err
	}
	if len(x) == 0 {
		return MixtureFit{}, fmt.Errorf("initializers: FitMixture: got no values")
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return MixtureFit{}, fmt.Errorf("initializers: FitMixture: value %d is %v, want finite numbers", i, v)
		}
	}
	c = c.withDefaults()
	e := newEM(newTally(x), c)
	starts := []*MixtureFit{e.fromCenters(e.data.quantiles(c.Components)), e.fromCenters(e.data.heaviest(c.Components))}
	rng := NewRand(c.Seed, 0)
	for range c.Starts {
		starts = append(starts, e.fromCenters(e.data.kMeans(c.Components, rng)))
	}
	for _, s := range starts {
		e.run(s, warmSteps)
	}
	slices.SortStableFunc(starts, func(a, b *MixtureFit) int { return cmp.Compare(b.LogLikelihood, a.LogLikelihood) })
	best := starts[0]
	for _, s := range starts[:min(finalists, len(starts))] {
		if e.run(s, c.MaxSteps); s.LogLikelihood > best.LogLikelihood {
			best = s
		}
	}
	for k := range best.Means {
		best.Logits[k] = math.Log(best.Logits[k])
		if s := best.LogScales[k]; s <= math.Log(c.MinScale)+1e-9 || s >= math.Log(c.MaxScale)-1e-9 {
			best.AtBound++
		}
	}
	return *best, nil
}

// Each start is run for warmSteps; the likeliest ones, finalists in number, to the end.
const (
	warmSteps = 30
	finalists = 6
)

// em holds the data and the sums of one E-step.
type em struct {
	data              *tally
	c                 MixtureConfig
	height, halfPrec  []float64 // π/σ and 1/2σ² of each component
	mass, first, next []float64 // Σr, Σr(x−μ), Σr(x−μ)²
	r                 []float64
}

func newEM(data *tally, c MixtureConfig) *em {
	k := c.Components
	cut := func() []float64 { return make([]float64, k) }
	return &em{data: data, c: c, height: cut(), halfPrec: cut(), mass: cut(), first: cut(), next: cut(), r: cut()}
}

// fromCenters starts from the hard clusters of the centres. Until the end Logits holds the weights themselves.
func (e *em) fromCenters(centers []float64) *MixtureFit {
	k := len(centers)
	fit := &MixtureFit{Mixture: Mixture{make([]float64, k), centers, make([]float64, k)}, LogLikelihood: math.Inf(-1)}
	lo := 0
	for j := range k {
		hi := len(e.data.values)
		if j+1 < k {
			hi = max(lo, e.data.above(0.5*(centers[j]+centers[j+1])))
		}
		mass, mean, variance := e.data.moments(lo, hi)
		fit.Logits[j] = max(mass/e.data.total, 1e-3/float64(k))
		if mass > 0 {
			fit.Means[j] = mean
		}
		fit.LogScales[j] = e.logScale(variance)
		lo = hi
	}
	normalize(fit.Logits)
	return fit
}

// logScale is log σ of a variance, regularised and within the bounds.
func (e *em) logScale(variance float64) float64 {
	s := math.Sqrt(max(variance, 0) + e.c.MinVariance)
	return math.Log(min(max(s, e.c.MinScale), e.c.MaxScale))
}

func normalize(w []float64) {
	total := 0.0
	for _, v := range w {
		total += v
	}
	for i := range w {
		w[i] /= total
	}
}

// run takes up to steps of EM, until the gain falls below Tol.
func (e *em) run(fit *MixtureFit, steps int) {
	for range steps {
		ll, worst := e.expect(fit)
		gain := ll - fit.LogLikelihood
		fit.LogLikelihood = ll
		if fit.Converged = gain >= 0 && gain < e.c.Tol; fit.Converged {
			return
		}
		e.maximize(fit, worst)
		fit.Steps++
	}
	fit.LogLikelihood, _ = e.expect(fit)
}

// expect gathers the sufficient statistics under fit and returns the mean log-likelihood and the least likely
// value.
func (e *em) expect(fit *MixtureFit) (ll, worst float64) {
	for k, s := range fit.LogScales {
		inv := math.Exp(-s)
		e.height[k], e.halfPrec[k] = fit.Logits[k]*inv, 0.5*inv*inv
		e.mass[k], e.first[k], e.next[k] = 0, 0, 0
	}
	const halfLog2Pi = 0.9189385332046727
	least := math.Inf(1)
	for i, x := range e.data.values {
		total := 0.0
		for k, mu := range fit.Means {
			d := x - mu
			e.r[k] = e.height[k] * math.Exp(-d*d*e.halfPrec[k])
			total += e.r[k]
		}
		logTotal := math.Log(total)
		if total < 1e-290 {
			logTotal = e.farFrom(fit, x)
			total = 1
		}
		count := e.data.counts[i]
		ll += count * (logTotal - halfLog2Pi)
		if logTotal < least {
			least, worst = logTotal, x
		}
		scale := count / total
		for k, mu := range fit.Means {
			d, r := x-mu, e.r[k]*scale
			e.mass[k] += r
			e.first[k] += r * d
			e.next[k] += r * d * d
		}
	}
	return ll / e.data.total, worst
}

// farFrom fills r with the responsibilities at an x where every density underflows, and returns their log sum.
func (e *em) farFrom(fit *MixtureFit, x float64) float64 {
	for k, mu := range fit.Means {
		d := x - mu
		e.r[k] = math.Log(e.height[k]) - d*d*e.halfPrec[k]
	}
	total := kernel.LogSumExp(e.r)
	for k := range e.r {
		e.r[k] = math.Exp(e.r[k] - total)
	}
	return total
}

// maximize sets weights, means and scales from the statistics.
func (e *em) maximize(fit *MixtureFit, worst float64) {
	reseeded := false
	for k, mass := range e.mass {
		if mass < 1e-8 {
			if !reseeded { // one a step: the next worst value is another one
				fit.Means[k], fit.LogScales[k] = worst, e.logScale(e.data.variance)
				reseeded = true
			}
			fit.Logits[k] = 1 / e.data.total
			continue
		}
		shift := e.first[k] / mass
		fit.Means[k] += shift
		fit.LogScales[k] = e.logScale(e.next[k]/mass - shift*shift)
		fit.Logits[k] = mass / e.data.total
	}
	normalize(fit.Logits)
}
