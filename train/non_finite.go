package train

import (
	"errors"
	"fmt"
	"math"
)

// ErrNonFinite is wrapped by NonFiniteError.
var ErrNonFinite = errors.New("train: loss or gradient is not finite")

// A NonFiniteError says where a fit met a loss or gradient that is NaN or Inf. The parameters are those before
// that batch.
type NonFiniteError struct {
	Epoch, Batch int // from 0
	Loss         float64
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("%v: epoch %d, batch %d (from 0), loss %v", ErrNonFinite, e.Epoch, e.Batch, e.Loss)
}

// Unwrap is ErrNonFinite.
func (e *NonFiniteError) Unwrap() error { return ErrNonFinite }

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
