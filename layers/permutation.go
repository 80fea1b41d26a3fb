package layers

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// Permutation puts the columns into another order, z_j = x_{Order[j]}, logDet = 0 exactly. It has no parameters. Between couplings
// with the same mask it brings other columns into each half; Reversed and Shuffled are orders for that.
type Permutation struct{ config PermutationConfig }

// PermutationConfig configures a Permutation.
type PermutationConfig struct {
	Order []int `json:"order"` // each of 0 … d−1 once; required
}

// NewPermutation makes a layer with as many columns as order has entries.
func NewPermutation(order []int) (*Permutation, error) {
	c := PermutationConfig{slices.Clone(order)}
	if _, err := permutationSpecs(len(order), c); err != nil {
		return nil, err
	}
	return &Permutation{c}, nil
}

// Reversed is the order d−1 … 0; nil if d is negative or more than 2^24.
func Reversed(d int) []int {
	order := inOrderOf(d)
	slices.Reverse(order)
	return order
}

// Shuffled is an order drawn uniformly with the seed; nil if d is negative or more than 2^24.
func Shuffled(d int, seed uint64) []int {
	order := inOrderOf(d)
	initializers.NewRand(seed, 1).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// inOrderOf is the order 0 … d−1.
func inOrderOf(d int) []int {
	if d < 0 || d > maxColumns {
		return nil
	}
	order := make([]int, d)
	for j := range order {
		order[j] = j
	}
	return order
}

func permutationSpecs(dim int, c PermutationConfig) ([]graph.ParamSpec, error) {
	if err := checkDim("Permutation", dim); err != nil {
		return nil, err
	}
	return nil, checkOrder("Permutation", dim, c.Order)
}

func newPermutation(_ int, c PermutationConfig, _ []*graph.Param) (*Permutation, error) {
	return NewPermutation(c.Order)
}

// checkOrder reports an order that is no permutation of dim columns.
func checkOrder(layer string, dim int, order []int) error {
	if len(order) != dim {
		return &SettingError{layer, "Order", fmt.Sprintf("%d entries", len(order)), fmt.Sprintf("one for each of %d columns", dim)}
	}
	if _, ok := graph.InverseOrder(order); !ok {
		return &SettingError{layer, "Order", fmt.Sprint(order), fmt.Sprintf("each of 0 to %d once", dim-1)}
	}
	return nil
}

// Dim is d.
func (p *Permutation) Dim() int { return len(p.config.Order) }

// Params is empty.
func (p *Permutation) Params() []*graph.Param { return nil }

// Config is the configuration.
func (p *Permutation) Config() PermutationConfig {
	return PermutationConfig{slices.Clone(p.config.Order)}
}

// Forward puts the columns into the order.
func (p *Permutation) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	return b.Permute(x, p.config.Order), b.Zeros(graph.Rows(x))
}

// Inverse puts them back.
func (p *Permutation) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	back, _ := graph.InverseOrder(p.config.Order)
	return b.Permute(z, back), b.Zeros(graph.Rows(z))
}
