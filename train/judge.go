package train

import (
	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// A judge evaluates the losses of rows, without gradients.
type judge struct {
	*objective
	byRow *graph.RowFunc // for a loss whose rows do not depend on each other
	batch *oneBatch      // for a losses.BatchLoss: the graph for the batch size last asked for
}

func newJudge(o *objective) *judge {
	return &judge{objective: o, byRow: graph.NewRowFunc(o.dtype(), o.model.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{o.rows(b, x)}
	})}
}

// lossesInto writes the loss of each row of x, which has been checked, into dst. For a losses.BatchLoss x is one batch.
func (j *judge) lossesInto(x mat.Matrix, dst []float64) error {
	if !j.batchwise() {
		return j.byRow.RunInto(x, dst)
	}
	if j.batch == nil || j.batch.rows != len(dst) {
		batch, err := j.compile(len(dst))
		if err != nil {
			return err
		}
		j.batch = batch
	}
	return j.batch.run(x, dst)
}

// oneBatch is a graph of the losses of a fixed number of rows.
type oneBatch struct {
	*graph.Program
	rows      int
	x, losses *G.Node
}

func (j *judge) compile(rows int) (*oneBatch, error) {
	o := &oneBatch{rows: rows}
	var err error
	o.Program, err = graph.Build(j.dtype(), func(b *graph.Builder) []*G.Node {
		o.x = b.Input("x", rows, j.model.Dim())
		o.losses = j.objective.rows(b, o.x)
		return []*G.Node{o.losses}
	})
	return o, err
}

func (o *oneBatch) run(x mat.Matrix, dst []float64) error {
	if err := o.SetRows(o.x, x, 0, o.rows); err != nil {
		return err
	}
	if err := o.Run(); err != nil {
		return err
	}
	o.Get(o.losses, dst)
	return nil
}
