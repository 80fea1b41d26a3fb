package initializers

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// A Mixture of K normals in one dimension; the weights are softmax(Logits).
type Mixture struct {
	Logits, Means, LogScales []float64
}

// MixtureFit is what FitMixture found.
type MixtureFit struct {
	Mixture
	LogLikelihood float64 // mean over the rows, nats
	Steps         int     // E-steps on the values themselves, after those on their summary
	Converged     bool
	AtBound       int // components whose scale sits on MinScale or MaxScale
}

// None is zero, in the fields whose comment offers it, as MixtureConfig.Moves: their own zero means their default.
const None = defaults.None

// DefaultComponents is the number of components of a mixture of which nobody says more.
const DefaultComponents = 8

// MixtureConfig configures FitMixture; the zero value of each field is its default.
type MixtureConfig struct {
	Components  int     `json:"components,omitempty"`   // K, default 8
	Seed        uint64  `json:"seed,omitempty"`         // of the k-means++ starts and of the moves; default 0
	MinScale    float64 `json:"min_scale,omitempty"`    // least σ; default 0: only MinVariance bounds it
	MaxScale    float64 `json:"max_scale,omitempty"`    // greatest σ; default: no bound
	MinVariance float64 `json:"min_variance,omitempty"` // added to each variance, default 1e-6
	Tol         float64 `json:"tol,omitempty"`          // stop when a step's gain in mean log-likelihood is less, default 1e-6; None: never
	MaxSteps    int     `json:"max_steps,omitempty"`    // E-steps on the values, after those on their summary, default 20
	Starts      int     `json:"starts,omitempty"`       // k-means++ starts beside the quantile and the heaviest-value one, default 4; None: none
	Moves       int     `json:"moves,omitempty"`        // of a component to another place, each kept if it helps, default 28; None: none

	// Interrupt ends the fit, within a step of EM, with its error once it is done; nil: nothing does.
	Interrupt context.Context `json:"-"`
}

// withDefaults says what each field means. It must be asked once: what None has become is a zero.
func (c MixtureConfig) withDefaults() MixtureConfig {
	c.Components = defaults.Or(c.Components, DefaultComponents)
	c.MaxScale = defaults.Or(c.MaxScale, math.Inf(1))
	c.MinVariance = defaults.Or(c.MinVariance, 1e-6)
	c.MaxSteps = defaults.Or(c.MaxSteps, 20)
	c.Tol = defaults.OrNone(c.Tol, 1e-6)
	c.Starts, c.Moves = defaults.OrNone(c.Starts, 4), defaults.OrNone(c.Moves, 28)
	return c
}

// maxCount bounds what a slip of the hand can ask for: components, steps, blocks. maxNumbers bounds an array.
const (
	maxCount   = 1 << 16
	maxNumbers = 1 << 28
)

// Validate reports fields out of range.
func (c MixtureConfig) Validate() error {
	const name = "initializers: MixtureConfig"
	err := errors.Join(defaults.CheckNone(name, "Tol", c.Tol), defaults.CheckNone(name, "Starts", c.Starts), defaults.CheckNone(name, "Moves", c.Moves))
	if err != nil {
		return err
	}
	switch c = c.withDefaults(); {
	case c.Components < 1 || c.Components > maxCount:
		return fmt.Errorf("%s: Components = %d, want 1 to %d", name, c.Components, maxCount)
	case c.MaxSteps > maxCount || c.Starts > maxCount || c.Moves > maxCount:
		return fmt.Errorf("%s: MaxSteps = %d, Starts = %d, Moves = %d, want at most %d of each", name, c.MaxSteps, c.Starts, c.Moves, maxCount)
	case !(c.MinScale >= 0) || !(c.MaxScale > c.MinScale):
		return fmt.Errorf("%s: scales from %g to %g, want 0 ≤ MinScale < MaxScale", name, c.MinScale, c.MaxScale)
	case !(c.MinVariance > 0) || c.MaxSteps < 1:
		return fmt.Errorf("%s: MinVariance = %g, MaxSteps = %d, want both positive", name, c.MinVariance, c.MaxSteps)
	}
	return nil
}

// FitMixture fits a mixture to the values of x by EM. A summary of x in a few hundred cells is fitted first: from quantiles,
// from the heaviest values and from seeded k-means++ starts, of which the likeliest is improved by moves of components; then
// x itself, from there. Statistics are in float64, equal values are counted once (exact and fast on tied columns), a
// component that loses its rows is seeded again at the least likely value.
//
// The fit depends on x as a list of values and on c, and on nothing else on one kind of processor. Where vectors have
// another width, sums differ by rounding, and so may the choice between fits that are about as likely.
func FitMixture(x []float64, c MixtureConfig) (MixtureFit, error) {
	if err := c.Validate(); err != nil {
		return MixtureFit{}, err
	}
	if err := kernel.CheckSet(); err != nil {
		return MixtureFit{}, fmt.Errorf("initializers: FitMixture: %w", err)
	}
	if len(x) == 0 {
		return MixtureFit{}, fmt.Errorf("initializers: FitMixture: got no values")
	}
	for i, v := range x {
		if !(math.Abs(v) <= 1e150) { // squares are finite
			return MixtureFit{}, fmt.Errorf("initializers: FitMixture: value %d is %v, want finite numbers up to 1e150", i, v)
		}
	}
	if err := ended(c.Interrupt); err != nil {
		return MixtureFit{}, fmt.Errorf("initializers: FitMixture: %w", err)
	}
	c = c.withDefaults()
	data := newTally(x)
	e := newEM(data.variance, c)
	best := e.search(data.summary(max(256, 10*c.Components)))
	best.Steps = 0
	e.run(data, best, c.MaxSteps)
	if err := ended(c.Interrupt); err != nil {
		return MixtureFit{}, fmt.Errorf("initializers: FitMixture: %w", err)
	}
	for _, s := range best.LogScales {
		if s <= math.Log(c.MinScale) || s >= e.maxLogScale {
			best.AtBound++
		}
	}
	return *best, nil
}

// ended is why a context is done, nil where it is not, or is none.
func ended(ctx context.Context) error {
	if ctx == nil {
		return nil
	}
	return ctx.Err()
}
