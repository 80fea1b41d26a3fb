package initializers

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// A Mixture is a mixture of K normals in one dimension; the weights are softmax(Logits).
type Mixture struct {
	Logits, Means, LogScales []float64
}

// MixtureFit is the result of FitMixture.
type MixtureFit struct {
	Mixture
	LogLikelihood float64 // mean over the rows, nats
	Steps         int     // E-steps on the values themselves; those on the summary are not counted
	Converged     bool
	AtBound       int // components whose scale equals MinScale or MaxScale
}

// None stands for zero in the fields whose comment offers it, as MixtureConfig.Moves, where a plain zero stands for the
// default.
const None = defaults.None

// DefaultComponents is the number of components of a mixture if nothing else is said.
const DefaultComponents = 8

// MixtureConfig configures FitMixture; the zero value of each field is its default.
type MixtureConfig struct {
	Components  int     `json:"components,omitempty"`   // K, default 8
	Seed        uint64  `json:"seed,omitempty"`         // for the k-means++ starts and the moves; default 0
	MinScale    float64 `json:"min_scale,omitempty"`    // least σ; default 0: only MinVariance bounds it
	MaxScale    float64 `json:"max_scale,omitempty"`    // greatest σ; default: no bound
	MinVariance float64 `json:"min_variance,omitempty"` // added to each variance, default 1e-6
	Tol         float64 `json:"tol,omitempty"`          // stop when a step gains less in mean log-likelihood, default 1e-6; None: never
	MaxSteps    int     `json:"max_steps,omitempty"`    // E-steps on the values, not counting those on the summary, default 20
	Starts      int     `json:"starts,omitempty"`       // k-means++ starts, in addition to those from quantiles and from the commonest values, default 4; None: none
	Moves       int     `json:"moves,omitempty"`        // moves of a component to another place, each kept if it helps, default 28; None: none

	// Interrupt ends the fit, even within a step of EM, with the context's error once it is done; nil: nothing does.
	Interrupt context.Context `json:"-"`
}

// withDefaults resolves zero fields and None. It must be called once only, since it turns None into zero.
func (c MixtureConfig) withDefaults() MixtureConfig {
	c.Components = defaults.Or(c.Components, DefaultComponents)
	c.MaxScale = defaults.Or(c.MaxScale, math.Inf(1))
	c.MinVariance = defaults.Or(c.MinVariance, 1e-6)
	c.MaxSteps = defaults.Or(c.MaxSteps, 20)
	c.Tol = defaults.OrNone(c.Tol, 1e-6)
	c.Starts, c.Moves = defaults.OrNone(c.Starts, 4), defaults.OrNone(c.Moves, 28)
	return c
}

// maxCount limits what can be asked for by mistake: components, steps, blocks. maxNumbers limits an array.
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

// FitMixture fits a mixture to the values of x by EM. First it fits a summary of x in a few hundred cells: it starts from
// quantiles, from the commonest values and from seeded k-means++ centres, and improves the likeliest of these fits by moving
// components. Then it continues on x itself. Statistics are in float64, equal values are counted once (exact and fast for
// tied columns), and a component that loses all its rows is placed anew at the least likely value.
//
// The fit depends only on the list of values x and on c, as long as the kind of processor is the same. With another
// vector width sums differ by rounding, and so may the choice between fits that are about equally likely.
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
		if !(math.Abs(v) <= 1e150) { // so that squares are finite
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

// ended is the error of a context that is done; nil if it is not done or is nil.
func ended(ctx context.Context) error {
	if ctx == nil {
		return nil
	}
	return ctx.Err()
}
