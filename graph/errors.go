package graph

import (
	"fmt"

	"gaussflow/rows"
)

// A ShapeError says what shape an operation was given and what it wants: of a graph's node as of a matrix of rows.
type ShapeError = rows.ShapeError

// A SizeError says that something would be larger than can be meant: a slip of the hand, or a hostile file, is to cost no memory.
type SizeError struct {
	Op   string
	Got  string // with its noun: 9 blocks of 100 parameters
	Most int    // numbers
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: %s, want at most %d numbers", e.Op, e.Got, e.Most)
}

// maxTensor is how many numbers a tensor may have: more are a slip of the hand or a hostile file, and would take all memory.
const maxTensor = 1 << 30

// checkShape reports a shape that no tensor can have.
func checkShape(shape []int) error {
	n := 1
	for _, axis := range shape {
		if axis < 0 || axis > 0 && n > maxTensor/axis {
			return fmt.Errorf("shape %v, want axes ≥ 0 and at most %d numbers in all", shape, maxTensor)
		}
		n *= axis
	}
	return nil
}
