package train

import (
	"fmt"
	"math"

	"gaussflow/graph/kernel"
)

// An Optimizer turns gradients into updates, element by element. Its state is Slots vectors as long as the parameters.
// The trainer keeps them, so that they can be saved.
type Optimizer interface {
	// Rate is the learning rate if no schedule is set.
	Rate() float64
	// Slots is the number of state vectors.
	Slots() int
	// Validate reports fields out of range.
	Validate() error
	// Rules are the update for both types of numbers; a trainer uses the one of its model. A generic function makes both;
	// see the example.
	Rules() Rules
}

// Rules are a Rule for each type of numbers.
type Rules struct {
	Float64 Rule[float64]
	Float32 Rule[float32]
}

// A Rule updates the values of a part of a parameter, in place, from its gradient and state, with a learning rate; step
// counts from 1. It may be called concurrently with different parts.
type Rule[T kernel.Float] func(p Part[T], rate float64, step int)

// A Part is a range of elements of a parameter. All of its slices have the same length.
type Part[T kernel.Float] struct {
	Name   string // the parameter's name
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

// checkPositive reports a field that is neither zero, which stands for the default, nor positive.
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

// checkShareOrNone is checkShare for a field that accepts None.
func checkShareOrNone(name, field string, v float64) error {
	if v == None {
		return nil
	}
	return checkShare(name, field, v)
}
