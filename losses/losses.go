// Package losses holds what training minimises: a loss for every row, and penalties on parameters. Nats.
//
// A Loss is built from Terms, a model's output and the losses of its layers. NLL and BaseNLL are one number in the end, as
// the trainer adds the layers' losses to the second as Keras does; a loss or a penalty of one's own is a type with two
// or three methods that build nodes.
package losses

import (
	"strings"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// Terms is what a model offers a loss, for a batch of N rows.
type Terms struct {
	Output      *G.Node   // N×d, the latent z of a flow
	LayerLosses []*G.Node // N each, the −logDet of a flow's layers
}

// A Loss is one number a row.
type Loss interface {
	// Name is what a history calls it.
	Name() string
	// Rows builds the loss of each row, N. As in Keras, the trainer adds the layer losses to it, unless the
	// loss is Whole.
	Rows(b *graph.Builder, t Terms) *G.Node
	// Whole reports that Rows has taken the layer losses in.
	Whole() bool
}

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

// A Penalty is a scalar of the parameters, added to the mean loss.
type Penalty interface {
	Scalar(b *graph.Builder, params []*graph.Param) *G.Node
}

// L2 is Lambda·Σ w² over the trainable parameters whose names end in Suffix (".kernel", say; empty: all).
type L2 struct {
	Lambda float64 `json:"lambda"`
	Suffix string  `json:"suffix,omitempty"`
}

// Scalar is the penalty.
func (l L2) Scalar(b *graph.Builder, params []*graph.Param) *G.Node {
	squares := []*G.Node{b.Zeros()}
	for _, p := range params {
		if p.Trainable && strings.HasSuffix(p.Name, l.Suffix) {
			w := b.Param(p)
			squares = append(squares, b.Dot(w, w))
		}
	}
	return b.Scale(b.Sum(squares...), l.Lambda)
}
