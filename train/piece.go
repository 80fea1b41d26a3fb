package train

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// A piece is the training graph at one number of rows. A shard goes through in pieces small enough for what the forward
// pass leaves behind to be in the cache when the backward pass needs it.
type piece struct {
	*graph.Program
	rows              int
	x, weights, share *G.Node
	cost              *G.Node
	in, w, part       []float64
}

// pieceRows is how many rows a piece has at most: of 128, 256 and 512 the fastest where it makes a difference.
const pieceRows = 128

// newPiece makes the program of cost = Σ w·loss + share·penalty for rows rows, which adds its gradients to totals.
func newPiece[T kernel.Float](o *objective, rows int, totals [][]T) (*piece, error) {
	dim := o.model.Dim()
	p := &piece{rows: rows, in: make([]float64, rows*dim), w: make([]float64, rows), part: make([]float64, 1)}
	var err error
	p.Program, err = graph.Build(o.dtype(), func(b *graph.Builder) []*G.Node {
		p.x, p.weights, p.share = b.Input("x", rows, dim), b.Input("weights", rows), b.Input("share")
		p.cost = b.Dot(o.rows(b, p.x), p.weights)
		if len(o.penalties) > 0 {
			p.cost = b.Sum(p.cost, b.Dot(o.penalty(b), p.share))
		}
		wrt := make([]*G.Node, len(o.params))
		for i, param := range o.params {
			wrt[i] = b.Param(param)
		}
		for i, g := range b.Grad(p.cost, wrt...) {
			b.SumInto(g, totals[i])
		}
		return []*G.Node{p.cost, p.share}
	})
	return p, err
}

// load sets the inputs to a piece of a batch of so many rows.
func (p *piece) load(rows batch, of int) {
	dim := len(p.in) / p.rows
	for i, row := range rows.index {
		rows.data.row(p.in[i*dim:(i+1)*dim], row)
		p.w[i] = rows.data.weight(row) / float64(of)
	}
	p.part[0] = float64(p.rows) / float64(of)
	p.Set(p.x, p.in)
	p.Set(p.weights, p.w)
	p.Set(p.share, p.part)
}
