package train

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/losses"
)

// An objective is what a trainer minimises, written as graphs over a model's parameters.
type objective struct {
	model     Model
	params    []*graph.Param // trainable
	loss      losses.Loss
	penalties []losses.Penalty
	composed  bool
}

// newObjective makes the objective of c for a model, which must have something to train.
func newObjective(m Model, c Config) (*objective, error) {
	if d := m.Dim(); d < 1 {
		return nil, fmt.Errorf("train: New: the model has %d columns, want at least one", d)
	}
	o := &objective{model: m, loss: c.Loss, penalties: c.Penalties, composed: c.Composed}
	for i, p := range m.Params() {
		switch {
		case p == nil:
			return nil, fmt.Errorf("train: New: parameter %d (from 0) of the model is nil", i)
		case p.Dtype() != o.dtype():
			return nil, fmt.Errorf("train: New: parameter %s is %s, want %s as the model", p.Name, p.Dtype(), o.dtype())
		case p.Trainable:
			o.params = append(o.params, p)
		}
	}
	if len(o.params) == 0 {
		return nil, fmt.Errorf("train: New: the model has no trainable parameters")
	}
	return o, nil
}

func (o *objective) dtype() graph.Dtype {
	if o.model.Dtype() == graph.Float32 {
		return graph.Float32
	}
	return graph.Float64
}

// batchwise reports whether a batch must not be cut into shards.
func (o *objective) batchwise() bool { return losses.Batchwise(o.loss) }

// rows builds the total loss of each row of x, a vector of N.
func (o *objective) rows(b *graph.Builder, x *G.Node) *G.Node {
	b.Composed = o.composed
	terms := o.model.Terms(b, x)
	var rows *G.Node
	b.Within(func() { rows = o.loss.Rows(b, terms) }, "loss %T", o.loss)
	if n := graph.Rows(x); b.Err() == nil && (rows == nil || rows.Dims() != 1 || graph.Rows(rows) != n) {
		return b.Fail(&graph.ShapeError{Op: fmt.Sprintf("train: Rows of the loss %T", o.loss), Got: shapeOf(rows), Want: fmt.Sprintf("(%d), one number a row", n)})
	}
	return rows
}

func shapeOf(n *G.Node) string {
	if n == nil {
		return "nil"
	}
	return fmt.Sprint(n.Shape())
}

// penalty builds the sum of the penalties, zero if there are none.
func (o *objective) penalty(b *graph.Builder) *G.Node {
	terms := []*G.Node{b.Zeros()}
	for i, p := range o.penalties {
		b.Within(func() {
			term := p.Scalar(b, o.params)
			if b.Err() == nil && (term == nil || !term.IsScalar()) {
				b.Fail(&graph.ShapeError{Op: "train: Scalar", Got: shapeOf(term), Want: "a scalar"})
			}
			terms = append(terms, term)
		}, "penalty %d (from 0), %T", i, p)
	}
	return b.Sum(terms...)
}

// cost builds the contribution of one shard to the cost of a batch, Σ w·loss/N + penalty.
func (o *objective) cost(b *graph.Builder, in graph.BatchNodes) *G.Node {
	cost := b.Dot(o.rows(b, in.X), in.Weights)
	if len(o.penalties) == 0 {
		return cost
	}
	return b.Sum(cost, b.Dot(o.penalty(b), in.Share))
}

// penaltyNow is the sum of the penalties at the current parameters.
func (o *objective) penaltyNow() (float64, error) {
	if len(o.penalties) == 0 {
		return 0, nil
	}
	var n *G.Node
	p, err := graph.Build(o.dtype(), func(b *graph.Builder) []*G.Node {
		n = o.penalty(b)
		return []*G.Node{n}
	})
	if err != nil {
		return 0, err
	}
	err = p.Run()
	return p.Scalar(n), err
}
