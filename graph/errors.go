package graph

import (
	"fmt"

	"gaussflow/rows"
)

// A ShapeError says which shape an operation was given and which it wants; it serves for nodes of a graph as for
// matrices of rows.
type ShapeError = rows.ShapeError

// A SizeError reports that something would be larger than can be meant. It is found before memory is allocated, so that neither a
// mistake nor a hostile file can exhaust it.
type SizeError struct {
	Op   string
	Got  string // with a noun: 9 blocks of 100 parameters
	Most int    // numbers
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: %s, want at most %d numbers", e.Op, e.Got, e.Most)
}

// maxTensor is how many numbers a tensor may have. More are taken for a mistake or a hostile file.
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
