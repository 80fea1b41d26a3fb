package rbig

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Rotation says how a block rotates the columns.
type Rotation string

// The rotations. PCA rotates to the principal axes. Haar rotates at random, uniformly. ICA rotates to the axes along which the
// columns are least normal, which removes the most total correlation in a block (FastICA with log cosh, Hyvärinen 1999, its
// unmixing matrix replaced by the nearest orthogonal one). Alternating takes ICA and Haar in turn, because ICA may stop where no
// single direction looks non-normal while a random rotation still shows something.
const (
	PCA         Rotation = "pca"
	Haar        Rotation = "haar"
	ICA         Rotation = "ica"
	Alternating Rotation = "alternating"
)

// Rotations lists the names.
func Rotations() []Rotation { return []Rotation{PCA, Haar, ICA, Alternating} }

// A Marginal says how the distribution of a column is estimated in order to map it to a normal.
type Marginal string

// The marginals. Mixture is a mixture of normals by EM. Empirical is the empirical distribution function through Bins knots,
// equally spaced in normal scores, with normal tails beyond ±3 (transforms.Empirical). Histogram and Kernel first smooth the
// values, by bins of equal width or by a normal kernel with the bandwidth of Silverman 1986, eq. 3.31, and then use the same knots.
// All of them can map rows that they were not fitted to: none is a step function, and none ends where the data does.
const (
	Mixture   Marginal = "mixture"
	Empirical Marginal = "empirical"
	Histogram Marginal = "histogram"
	Kernel    Marginal = "kernel"
)

// Marginals lists the names.
func Marginals() []Marginal { return []Marginal{Mixture, Empirical, Histogram, Kernel} }

// A Stop is the rule that ends a fit.
type Stop string

// The rules. TotalCorrelation ends after Patience successive blocks that reduce the total correlation by no more than the 95 %
// quantile of what they would appear to do for independent normal columns of this size: see Block. HeldOut ends after Patience
// successive blocks that do not raise the log-likelihood of rows held out, and returns to the best one. Depth makes all Blocks.
const (
	TotalCorrelation Stop = "total-correlation"
	HeldOut          Stop = "held-out"
	Depth            Stop = "depth"
)

// Stops lists the names.
func Stops() []Stop { return []Stop{TotalCorrelation, HeldOut, Depth} }

// Config configures a fit; the zero value is the default.
type Config struct {
	Rotation   Rotation // default Alternating
	Marginal   Marginal // default Kernel
	Stop       Stop     // default TotalCorrelation
	Blocks     int      // the most blocks, not counting the first maps of the columns; default 100
	Patience   int      // successive blocks without gain that end the fit, default 3
	Components int      // for Mixture, default 8
	Bins       int      // for the other marginals, default 32
	// Sparse maps a column as a normal if its negentropy exceeds that of a normal column of this size by no more than two standard
	// deviations. Then the maps do not learn the noise of columns that are already normal. It helps with many columns, and costs a
	// little with few.
	Sparse     bool
	Validation float64 // share of the rows held out for the rule HeldOut, below 1; default 0.2
	// HeldOutRows, if not nil, are held out in place of a share of the rows.
	HeldOutRows mat.Matrix
	Seed        uint64      // for rotations, mixtures, the choice of rows held out and the simulation for the rule; default 0
	Dtype       graph.Dtype // of the flow, default float64
	// Interrupt ends the fit with the context's error once it is done, between two steps of a block; nil: nothing does.
	Interrupt context.Context
}

func (c Config) withDefaults() Config {
	c.Rotation = defaults.Or(c.Rotation, Alternating)
	c.Marginal = defaults.Or(c.Marginal, Kernel)
	c.Stop = defaults.Or(c.Stop, TotalCorrelation)
	c.Blocks, c.Patience = defaults.Or(c.Blocks, 100), defaults.Or(c.Patience, 3)
	c.Components, c.Bins = defaults.Or(c.Components, 8), defaults.Or(c.Bins, 32)
	c.Validation = defaults.Or(c.Validation, 0.2)
	c.Dtype = defaults.Or(c.Dtype, graph.Float64)
	return c
}

// maxCount limits what can be asked for by mistake.
const maxCount = 1 << 12

// Validate reports fields out of range.
func (c Config) Validate() error {
	c = c.withDefaults()
	for _, n := range []struct {
		name  string
		value int
	}{{"Blocks", c.Blocks}, {"Patience", c.Patience}, {"Components", c.Components}, {"Bins", c.Bins}} {
		if n.value < 1 || n.value > maxCount {
			return fmt.Errorf("rbig: Config: %s = %d, want 1 to %d", n.name, n.value, maxCount)
		}
	}
	if c.Bins < 2 {
		return fmt.Errorf("rbig: Config: Bins = %d, want at least 2", c.Bins)
	}
	if !(c.Validation > 0 && c.Validation < 1) {
		return fmt.Errorf("rbig: Config: Validation = %g, want above 0 and below 1", c.Validation)
	}
	return errors.Join(known("Rotation", c.Rotation, Rotations()), known("Marginal", c.Marginal, Marginals()),
		known("Stop", c.Stop, Stops()), c.Dtype.Validate())
}

func known[T ~string](field string, v T, of []T) error {
	if slices.Contains(of, v) {
		return nil
	}
	return fmt.Errorf("rbig: Config: %s = %q, want one of %q", field, string(v), of)
}

func (c Config) ended() error {
	if c.Interrupt == nil {
		return nil
	}
	return c.Interrupt.Err()
}
