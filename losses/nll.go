package losses

import (
	"errors"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// BaseNLL is the base term of the negative log-likelihood, −log p(z) under the model's base. With the layers' −logDet, which
// the trainer adds, it is the exact NLL.
type BaseNLL struct{}

// Name is "base_nll".
func (BaseNLL) Name() string { return "base_nll" }

// Rows is −log p(z). It is an error where the model has no base.
func (BaseNLL) Rows(b *graph.Builder, t Terms) *G.Node {
	if t.LogBase == nil {
		return b.Fail(errors.New("losses: the model has no base: its Terms have no LogBase"))
	}
	return b.Scale(t.LogBase, -1)
}

// Whole is false.
func (BaseNLL) Whole() bool { return false }

// NLL is the exact negative log-likelihood, −log p(x) = −log p(z) − log|det ∂z/∂x|, z under the model's base.
type NLL struct{}

// Name is "nll".
func (NLL) Name() string { return "nll" }

// Rows is −log p(x).
func (NLL) Rows(b *graph.Builder, t Terms) *G.Node {
	return b.Sum(append([]*G.Node{BaseNLL{}.Rows(b, t)}, t.LayerLosses...)...)
}

// Whole is true.
func (NLL) Whole() bool { return true }
