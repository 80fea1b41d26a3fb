package train

import (
	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// A worker differentiates its shard of a batch, with programs of its own over the parameters that all workers share.
type worker[T kernel.Float] struct {
	*graph.GradFunc[T]
	cost float64 // the cost of its shard
	err  error   // the error of its part of the last job
}

func newWorker[T kernel.Float](o *objective) *worker[T] {
	w := &worker[T]{GradFunc: graph.NewGradFunc[T](o.model.Dim(), o.params, o.cost)}
	w.Whole = o.batchwise()
	return w
}
