package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// A Bijector is an invertible map f: ℝᵈ → ℝᵈ, written once as two graph builders.
type Bijector interface {
	// Name is the kind of layer, as "mixture_cdf".
	Name() string
	// Dim is d.
	Dim() int
	// Params are the layer's parameters: the same ones in the same order, always.
	Params() []*graph.Param
	// Forward maps x (N×d) to z (N×d); logDet (N) is log|det ∂z/∂x| of each row, nats.
	Forward(b *graph.Builder, x *G.Node) (z, logDet *G.Node)
	// Inverse maps z (N×d) to x (N×d); logDet (N) is log|det ∂x/∂z| of each row, nats.
	Inverse(b *graph.Builder, z *G.Node) (x, logDet *G.Node)
}

func checkDim(layer string, dim int) error {
	if dim < 1 {
		return fmt.Errorf("layers: %s: dim = %d, want ≥ 1", layer, dim)
	}
	return checkSize(layer, 1, dim)
}

// maxNumbers bounds one parameter: what a damaged or hostile description asks for is refused before memory is.
const maxNumbers = 1 << 28

// checkSize reports a parameter of rows×cols numbers that is too large to be meant.
func checkSize(layer string, rows, cols int) error {
	if rows > maxNumbers || cols > maxNumbers || rows*cols > maxNumbers {
		return fmt.Errorf("layers: %s: a parameter of %d×%d numbers, want at most %d numbers", layer, rows, cols, maxNumbers)
	}
	return nil
}
