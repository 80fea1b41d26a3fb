package train

import (
	"fmt"
	"math"

	"gaussflow/graph/kernel"
)

// An Optimizer turns gradients into updates, element by element. Its state is Slots vectors as long as the
// parameters, kept by the trainer, so that it can be saved.
type Optimizer interface {
	// Rate is the learning rate where no schedule is set.
	Rate() float64
	// Slots is the number of state vectors.
	Slots() int
	// Validate reports fields out of range.
	Validate() error
	// Rules are the update in either type of numbers, of which a trainer takes its model's, once. A generic function makes
	// both; see the example.
	Rules() Rules
}

// Rules are a Rule of each type of numbers.
type Rules struct {
	Float64 Rule[float64]
	Float32 Rule[float32]
}

// A Rule updates the values of a part of a parameter, in place, from its gradient and state, at a learning rate; step counts
// from 1. Several goroutines may call it at a time, with different parts.
type Rule[T kernel.Float] func(p Part[T], rate float64, step int)

// A Part is some numbers of a parameter. All of its slices are of one length.
type Part[T kernel.Float] struct {
	Name   string // of the parameter
	Values []T
	Grad   []T
	State  [][]T // Optimizer.Slots vectors, zero before the first step
}

func checkRate(name string, rate float64) error {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("train: %s: LearningRate = %g, want a positive number", name, rate)
	}
	return nil
}

// checkPositive reports a number whose zero is a default and that is not positive otherwise.
func checkPositive(name, field string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("train: %s: %s = %g, want a positive number (0: the default)", name, field, v)
	}
	return nil
}

func checkShare(name, field string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("train: %s: %s = %g, want 0 ≤ %s < 1", name, field, v, field)
	}
	return nil
}

// checkShareOrNone is checkShare of a field that offers None.
func checkShareOrNone(name, field string, v float64) error {
	if v == None {
		return nil
	}
	return checkShare(name, field, v)
}
