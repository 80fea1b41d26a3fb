package rows

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
)

// A ShapeError says which shape an operation was given and which it wants.
type ShapeError struct {
	Op        string
	Got, Want string
}

func (e *ShapeError) Error() string { return fmt.Sprintf("%s: got %s, want %s", e.Op, e.Got, e.Want) }

// A DomainError reports the first entry that is not a finite number.
type DomainError struct {
	Op       string
	Row, Col int // from 0
	Value    float64
}

func (e *DomainError) Error() string {
	return fmt.Sprintf("%s: row %d, column %d (from 0) is %v, want a finite number", e.Op, e.Row, e.Col, e.Value)
}

// Check reports an x that is not a matrix of at least one row, dim columns and finite entries, by a ShapeError or
// DomainError that names the operation op.
func Check(op string, x mat.Matrix, dim int) error {
	if n, d := Dims(x); errOf(x) == nil && (n < 1 || d != dim) {
		return &ShapeError{op, ShapeOf(x), fmt.Sprintf("at least one row of input_dim = %d columns", dim)}
	}
	return CheckFinite(op, x)
}

// A Checked matrix can tell whether its numbers are finite without computing them all, as a table with added noise can.
type Checked interface {
	mat.Matrix
	// CheckFinite does what rows.CheckFinite does for this matrix.
	CheckFinite(op string) error
}

// CheckFinite is Check for any number of columns. If the matrix has a method Err, as one put together from others may, and
// that returns an error, the matrix is not read; a Checked matrix is asked to check itself.
func CheckFinite(op string, x mat.Matrix) error {
	n, d := Dims(x)
	if err := errOf(x); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if n < 1 || d < 1 {
		return &ShapeError{op, ShapeOf(x), "shape (n, d), rows and columns at least one each"}
	}
	if c, ok := x.(Checked); ok {
		return c.CheckFinite(op)
	}
	view, dense := x.(mat.RawRowViewer)
	for i := range n {
		if dense && finite(view.RawRowView(i)) {
			continue
		}
		for j := range d {
			if v := x.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return &DomainError{op, i, j, v}
			}
		}
	}
	return nil
}

// errOf is the result of x's method Err, nil if it has none.
func errOf(x mat.Matrix) error {
	if m, ok := x.(interface{ Err() error }); ok {
		return m.Err()
	}
	return nil
}

func finite(row []float64) bool {
	for _, v := range row {
		if v-v != 0 { // NaN or ±Inf
			return false
		}
	}
	return true
}

// Dims is the shape of x, 0×0 if x is nil or a nil pointer.
func Dims(x mat.Matrix) (rows, cols int) {
	if dense, ok := x.(*mat.Dense); ok && dense != nil { // the common case, made fast because it lies on the path of every row that is served
		return dense.Dims()
	}
	if defaults.IsNil(x) {
		return 0, 0
	}
	return x.Dims()
}

// ShapeOf is the shape of x as text, n×d.
func ShapeOf(x mat.Matrix) string {
	n, d := Dims(x)
	return fmt.Sprintf("%d×%d", n, d)
}
