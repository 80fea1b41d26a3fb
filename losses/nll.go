package losses

import (
	"errors"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// NLL is the exact negative log-likelihood, −log p(x) = −log p(z) − log|det ∂z/∂x|, with log p(z) under the model's
// base.
type NLL struct{}

// Name is "nll".
func (NLL) Name() string { return "nll" }

// Rows is −log p(x). It is an error if the model has no base.
func (NLL) Rows(b *graph.Builder, t Terms) *G.Node {
	if t.LogBase == nil {
		return b.Fail(errors.New("losses: the model has no base: its Terms have no LogBase"))
	}
	return b.Sum(append([]*G.Node{b.Scale(t.LogBase, -1)}, t.LayerLosses...)...)
}
