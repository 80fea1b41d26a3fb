package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Bijector is an invertible map f: ℝᵈ → ℝᵈ, written once as two graph builders. It may depend on a context, numbers that
// accompany each row: see Conditional.
type Bijector interface {
	// Dim is d.
	Dim() int
	// Params are the layer's parameters, always the same ones in the same order.
	Params() []*graph.Param
	// Forward maps x (N×d) to z (N×d); logDet (N) is log|det ∂z/∂x| of each row, nats. The context is N×c, or nil if
	// there is none; a layer that is not Conditional ignores it.
	Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node)
	// Inverse maps z (N×d) to x (N×d); logDet (N) is log|det ∂x/∂z| of each row, nats.
	Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node)
}

// A Conditional layer reads a context: c numbers a row that are not mapped themselves but determine the map.
type Conditional interface {
	// ContextDim is c; 0 if the layer was made without a context.
	ContextDim() int
}

// ContextDim is how many context values b reads, 0 if it reads none.
func ContextDim(b Bijector) int {
	if c, ok := b.(Conditional); ok && !defaults.IsNil(b) {
		return c.ContextDim()
	}
	return 0
}

// checkContext reports a context that is not N×c.
func checkContext(x, context *G.Node, c int) error {
	switch {
	case c == 0:
		return nil
	case context == nil:
		return fmt.Errorf("got no context, want %d numbers a row", c)
	case !context.Shape().Eq([]int{graph.Rows(x), c}):
		return fmt.Errorf("got a context of shape %v, want (%d, %d)", context.Shape(), graph.Rows(x), c)
	}
	return nil
}

// maxDim limits the columns of a coupling and the width of a context.
const maxDim = 1 << 20

// checkContextDim reports a width of the context that is negative or too large to be meant.
func checkContextDim(layer string, c int) error {
	if c < 0 || c > maxDim {
		return fmt.Errorf("layers: %s: Context = %d, want 0 to %d", layer, c, maxDim)
	}
	return nil
}

func checkDim(layer string, dim int) error {
	if dim < 1 {
		return notPositive(layer, "", dim)
	}
	return checkSize(layer, 1, dim)
}

// maxNumbers limits the size of one parameter, so that a damaged or hostile description is refused before memory is
// allocated.
const maxNumbers = 1 << 28

// checkSize reports a parameter of rows×cols numbers that is too large to be meant.
func checkSize(layer string, rows, cols int) error {
	if rows > maxNumbers || cols > maxNumbers || rows*cols > maxNumbers {
		return &graph.SizeError{Op: "layers: " + layer, Got: fmt.Sprintf("a parameter of %d×%d numbers", rows, cols), Most: maxNumbers}
	}
	return nil
}
