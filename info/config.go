package info

import (
	"context"
	"fmt"
	"slices"

	"gaussflow/internal/defaults"
)

// A Remainder is how that part of a copula is estimated which no elliptical one has: see the package's comment.
type Remainder string

// The remainders. None leaves it out.
const (
	Auto       Remainder = "auto"
	Neighbours Remainder = "neighbours"
	RBIG       Remainder = "rbig"
	Sums       Remainder = "sums"
	Flow       Remainder = "flow"
	None       Remainder = "none"
)

// Remainders lists the names.
func Remainders() []Remainder { return []Remainder{Auto, Neighbours, RBIG, Sums, Flow, None} }

// Config configures a Sample; the zero value is the default.
type Config struct {
	Names     []string  // of the columns; default x1, x2, …
	Remainder Remainder // default Auto
	Folds     int       // that rows are cross-fitted in, default 5
	Seed      uint64    // of ties, folds and fits; default 0
	// Interrupt ends an estimate with its error once it is done, between two of its steps; nil: nothing does.
	Interrupt context.Context
}

// maxFolds bounds what a slip of the hand can ask for.
const maxFolds = 100

// Validate reports fields out of range.
func (c Config) Validate() error {
	if c.Remainder != "" && !slices.Contains(Remainders(), c.Remainder) {
		return fmt.Errorf("info: Config: Remainder = %q, want one of %q", string(c.Remainder), Remainders())
	}
	if folds := defaults.Or(c.Folds, 5); folds < 2 || folds > maxFolds {
		return fmt.Errorf("info: Config: Folds = %d, want 2 to %d", c.Folds, maxFolds)
	}
	return nil
}

func (c Config) ended() error {
	if c.Interrupt == nil {
		return nil
	}
	return c.Interrupt.Err()
}
