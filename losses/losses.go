// Package losses holds what training minimises: a loss for every row, and penalties on parameters. Losses are in nats.
//
// A Loss is built from Terms, a model's output and the losses of its layers, and is all that is minimised. Where Keras adds the
// losses of layers to any loss, here a loss includes them itself, as NLL does. To write a loss or a penalty of one's own, define a
// type with one or two methods that build nodes. A loss that depends on the batch as a whole must declare that: see BatchLoss.
package losses

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// Terms is what a model provides to a loss, for a batch of N rows.
type Terms struct {
	Output      *G.Node   // N×d, the latent z of a flow
	LayerLosses []*G.Node // N each, the −logDet of a flow's layers
	LogBase     *G.Node   // N, log p of the output under the model's base; nil if the model has none
}

// A Loss is one number a row, which depends on that row alone: the loss of a batch is the mean over its rows, whichever
// worker computes them. A loss that depends on other rows must be a BatchLoss, or a trainer refuses it.
type Loss interface {
	// Name is the loss's name in a history.
	Name() string
	// Rows builds the loss of each row, N.
	Rows(b *graph.Builder, t Terms) *G.Node
}

// A BatchLoss is a Loss that needs its batch as a whole, because its value for a row depends on the others: a covariance, a
// distance between distributions, a ranking. The loss of a batch is still the mean of Rows, so a number that belongs to the
// whole batch is repeated N times (graph.Builder.ExpandLast).
//
// A trainer gives it all rows of a batch at once, in one program run by one worker: memory grows with the batch, and more
// workers only share the update. The last batch of an epoch may be smaller. Validation rows form one batch, and therefore
// cannot come from a source.
type BatchLoss interface {
	Loss
	// Batchwise reports whether a row's loss depends on the other rows of its batch.
	Batchwise() bool
}

// Batchwise reports whether l is a BatchLoss whose Batchwise is true.
func Batchwise(l Loss) bool {
	b, ok := l.(BatchLoss)
	return ok && !defaults.IsNil(l) && b.Batchwise()
}

// A Penalty is a scalar function of the parameters, added to the mean loss.
type Penalty interface {
	Scalar(b *graph.Builder, params []*graph.Param) *G.Node
}
