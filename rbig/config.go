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

// A Rotation is how a block turns the columns.
type Rotation string

// The rotations. PCA turns to the principal axes. Haar turns at random, uniformly. ICA turns to the axes along which the columns are
// least normal, which lose the most total correlation a block (FastICA with log cosh, Hyvärinen 1999, its unmixing matrix replaced by
// the nearest orthogonal one). Alternating is ICA and Haar in turn: ICA may rest where no single direction looks odd while a random turn
// shows something.
const (
	PCA         Rotation = "pca"
	Haar        Rotation = "haar"
	ICA         Rotation = "ica"
	Alternating Rotation = "alternating"
)

// Rotations lists the names.
func Rotations() []Rotation { return []Rotation{PCA, Haar, ICA, Alternating} }

// A Marginal is how the distribution of a column is estimated, and so mapped to a normal.
type Marginal string

// The marginals. Mixture is a mixture of normals by EM. Empirical is the empirical distribution function through Bins knots at equal
// distances of normal scores, with normal tails beyond three (transforms.Empirical). Histogram and Kernel smooth the values first, over
// bins of equal width, or by a normal kernel with the bandwidth of Silverman 1986, eq. 3.31, and go through the same knots. All score
// rows that they were not fitted to: none is a step function, and none ends where the data does.
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

// The rules. TotalCorrelation ends where Patience blocks in turn lose no more total correlation than 95 % of independent normal columns of
// this size would seem to: see Block. HeldOut ends where Patience blocks in turn do not raise the log-likelihood of rows held out, and
// goes back to the likeliest. Depth makes all Blocks.
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
	Blocks     int      // at most, after the first maps of the columns; default 100
	Patience   int      // blocks without gain that end it, default 3
	Components int      // of a Mixture, default 8
	Bins       int      // of the other marginals, default 32
	// Sparse gives a column whose negentropy is not above that of a normal column of this size by two standard deviations the map of a
	// normal: the maps learn no noise of columns that have nothing to be mapped. Better of many columns, a little worse of few.
	Sparse     bool
	Validation float64 // share of the rows held out where the rule is HeldOut, below 1; default 0.2
	// HeldOutRows, where they are not nil, are held out in place of a share of the rows.
	HeldOutRows mat.Matrix
	Seed        uint64      // of rotations, mixtures, the rows held out and the simulation of the rule; default 0
	Dtype       graph.Dtype // of the flow, default float64
	// Interrupt ends the fit with its error once it is done, between two steps of a block; nil: nothing does.
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

// maxCount bounds what a slip of the hand can ask for.
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
