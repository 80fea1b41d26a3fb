// Package losses holds what training minimises: a loss for every row, and penalties on parameters. Nats.
//
// A Loss is built from Terms, a model's output and the losses of its layers, and is all that is minimised: where Keras adds the
// losses of layers to any loss, here a loss takes them in, as NLL does. A loss or a penalty of one's own is a type with one or two
// methods that build nodes. One that looks at a batch as a whole says so: see BatchLoss.
package losses

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// Terms is what a model offers a loss, for a batch of N rows.
type Terms struct {
	Output      *G.Node   // N×d, the latent z of a flow
	LayerLosses []*G.Node // N each, the −logDet of a flow's layers
	LogBase     *G.Node   // N, log p of the output under the model's base; nil of a model without one
}

// A Loss is one number a row, which depends on that row alone: the loss of a batch is the mean of its rows', whichever
// worker has computed them. One that is not so must be a BatchLoss, or a trainer refuses it.
type Loss interface {
	// Name is what a history calls it.
	Name() string
	// Rows builds the loss of each row, N.
	Rows(b *graph.Builder, t Terms) *G.Node
}

// A BatchLoss is a Loss that needs its batch as a whole, since what it says of a row depends on the others: a covariance, a
// distance between distributions, a ranking. The loss of a batch is still the mean of Rows over it, so that a number of the
// whole batch is returned N times (graph.Builder.ExpandLast).
//
// A trainer gives it all rows of a batch at once, in one program of one worker: memory grows with the batch, and more
// workers only share the update. The last batch of an epoch is as small as it is. Rows to validate on are one batch, and so
// cannot come from a source.
type BatchLoss interface {
	Loss
	// Batchwise reports that a row's loss depends on the other rows of its batch.
	Batchwise() bool
}

// Batchwise reports that l needs its batch as a whole.
func Batchwise(l Loss) bool {
	b, ok := l.(BatchLoss)
	return ok && !defaults.IsNil(l) && b.Batchwise()
}

// A Penalty is a scalar of the parameters, added to the mean loss.
type Penalty interface {
	Scalar(b *graph.Builder, params []*graph.Param) *G.Node
}
