package losses

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// BaseNLL is the base term of the negative log-likelihood, −log N(z; 0, I). With the layers' −logDet, which
// the trainer adds, it is the exact NLL.
type BaseNLL struct{}

// Name is "base_nll".
func (BaseNLL) Name() string { return "base_nll" }

// Rows is −Σ_i log φ(z_i).
func (BaseNLL) Rows(b *graph.Builder, t Terms) *G.Node { return b.Scale(b.LogNormal(t.Output), -1) }

// Whole is false.
func (BaseNLL) Whole() bool { return false }

// NLL is the exact negative log-likelihood, −log p(x) = −log N(z; 0, I) − log|det ∂z/∂x|.
type NLL struct{}

// Name is "nll".
func (NLL) Name() string { return "nll" }

// Rows is −log p(x).
func (NLL) Rows(b *graph.Builder, t Terms) *G.Node {
	return b.Sum(append([]*G.Node{BaseNLL{}.Rows(b, t)}, t.LayerLosses...)...)
}

// Whole is true.
func (NLL) Whole() bool { return true }
