package train

import (
	"fmt"
	"math"
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
	// Update64 updates the values p of the parameter called name, in place, from the gradient g and the state;
	// step counts from 1.
	Update64(name string, p, g []float64, state [][]float64, rate float64, step int)
	// Update32 is Update64 of a float32 model.
	Update32(name string, p, g []float32, state [][]float32, rate float64, step int)
}

func orDefault(v, d float64) float64 {
	if v == 0 {
		return d
	}
	return v
}

func checkRate(name string, rate float64) error {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("train: %s: LearningRate = %g, want a positive number", name, rate)
	}
	return nil
}

func checkShare(name, field string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("train: %s: %s = %g, want 0 ≤ %s < 1", name, field, v, field)
	}
	return nil
}
