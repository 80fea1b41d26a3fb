package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Bijector is an invertible map f: ℝᵈ → ℝᵈ, written once as two graph builders. It may depend on a context, numbers that
// each row comes with: see Conditional.
type Bijector interface {
	// Dim is d.
	Dim() int
	// Params are the layer's parameters: the same ones in the same order, always.
	Params() []*graph.Param
	// Forward maps x (N×d) to z (N×d); logDet (N) is log|det ∂z/∂x| of each row, nats. The context is N×c, or nil where
	// there is none; a layer that is not Conditional leaves it alone.
	Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node)
	// Inverse maps z (N×d) to x (N×d); logDet (N) is log|det ∂x/∂z| of each row, nats.
	Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node)
}

// A Conditional layer reads a context: c numbers a row that it is not a map of, but that choose the map.
type Conditional interface {
	// ContextDim is c; 0 of a layer that was made without a context.
	ContextDim() int
}

// ContextDim is how many numbers of context b reads, 0 where it reads none.
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

// maxDim bounds the columns of a coupling, and the numbers of a context.
const maxDim = 1 << 20

// checkContextDim reports a context of fewer numbers than none, or of too many to be meant.
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

// maxNumbers bounds one parameter: what a damaged or hostile description asks for is refused before memory is.
const maxNumbers = 1 << 28

// checkSize reports a parameter of rows×cols numbers that is too large to be meant.
func checkSize(layer string, rows, cols int) error {
	if rows > maxNumbers || cols > maxNumbers || rows*cols > maxNumbers {
		return &graph.SizeError{Op: "layers: " + layer, Got: fmt.Sprintf("a parameter of %d×%d numbers", rows, cols), Most: maxNumbers}
	}
	return nil
}
