package graph

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A ShapeError says what shape an operation was given and what it wants.
type ShapeError struct {
	Op        string
	Got, Want string
}

func (e *ShapeError) Error() string { return fmt.Sprintf("%s: got %s, want %s", e.Op, e.Got, e.Want) }

// A DomainError names the first entry that is not a finite number.
type DomainError struct {
	Op       string
	Row, Col int // from 0
	Value    float64
}

func (e *DomainError) Error() string {
	return fmt.Sprintf("%s: row %d, column %d (from 0) is %v, want a finite number", e.Op, e.Row, e.Col, e.Value)
}

// CheckRows reports x that is not a matrix of at least one row, dim columns and finite entries, as a ShapeError
// or DomainError of operation op.
func CheckRows(op string, x mat.Matrix, dim int) error {
	if x == nil {
		return &ShapeError{op, "no matrix (nil)", fmt.Sprintf("rows of input_dim = %d columns", dim)}
	}
	n, d := x.Dims()
	if n < 1 || d != dim {
		return &ShapeError{op, fmt.Sprintf("%d×%d", n, d), fmt.Sprintf("at least one row of input_dim = %d columns", dim)}
	}
	for i := range n {
		for j := range d {
			if v := x.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return &DomainError{op, i, j, v}
			}
		}
	}
	return nil
}
