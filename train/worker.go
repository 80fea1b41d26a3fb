package train

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// A worker runs the training graph of its shard of a batch, with programs of its own over the parameters that all
// workers share.
type worker struct {
	trainer *Trainer
	pieces  map[int]*piece // by number of rows
	grads   []gradient     // of the shard
	cost    float64        // of the shard
	err     error
}

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

func (t *Trainer) newWorker() *worker {
	w := &worker{trainer: t, pieces: map[int]*piece{}}
	for _, p := range t.params {
		w.grads = append(w.grads, newGradient(p))
	}
	return w
}

// compile makes the program of cost = Σ w·loss + share·penalty for rows rows, which adds its gradients to the worker's.
func (w *worker) compile(rows int) (*piece, error) {
	t := w.trainer
	p := &piece{rows: rows, in: make([]float64, rows*t.model.Dim()), w: make([]float64, rows), part: make([]float64, 1)}
	var err error
	p.Program, err = graph.Build(t.model.Dtype(), func(b *graph.Builder) []*G.Node {
		p.x, p.weights, p.share = b.Input("x", rows, t.model.Dim()), b.Input("weights", rows), b.Input("share")
		p.cost = b.Dot(t.rows(b, p.x), p.weights)
		if len(t.config.Penalties) > 0 {
			p.cost = b.Sum(p.cost, b.Dot(t.penalty(b), p.share))
		}
		wrt := make([]*G.Node, len(t.params))
		for i, param := range t.params {
			wrt[i] = b.Param(param)
		}
		for i, g := range b.Grad(p.cost, wrt...) {
			b.SumInto(g, w.grads[i].numbers())
		}
		return []*G.Node{p.cost, p.share}
	})
	return p, err
}

// pieceOf is the program for rows rows.
func (w *worker) pieceOf(rows int) (*piece, error) {
	if p := w.pieces[rows]; p != nil {
		return p, nil
	}
	p, err := w.compile(rows)
	if err != nil {
		return nil, err
	}
	w.pieces[rows] = p
	return p, nil
}

// differentiate computes cost and gradients of the worker's shard, rows of data at index, in a batch of so many.
func (w *worker) differentiate(data *dataset, index []int, batch int) error {
	w.cost = 0
	pieces := (len(index) + pieceRows - 1) / pieceRows
	each, longer := len(index)/pieces, len(index)%pieces
	var before *piece
	finished := false
	for i, at := 0, 0; i < pieces; i++ {
		rows := each
		if i < longer {
			rows++
		}
		p, err := w.pieceOf(rows)
		if err != nil {
			return err
		}
		if before != nil && before != p {
			if err := before.FinishSum(finished); err != nil {
				return err
			}
			finished = true
		}
		p.load(data, index[at:at+rows], batch)
		at += rows
		if err := p.RunSum(i > 0); err != nil {
			return err
		}
		w.cost += p.Scalar(p.cost)
		before = p
	}
	return before.FinishSum(finished)
}

// load sets the inputs to the rows of data at index, in a batch of so many.
func (p *piece) load(data *dataset, index []int, batch int) {
	dim := len(p.in) / p.rows
	for i, row := range index {
		data.row(p.in[i*dim:(i+1)*dim], row)
		p.w[i] = data.weight(row) / float64(batch)
	}
	p.part[0] = float64(p.rows) / float64(batch)
	p.Set(p.x, p.in)
	p.Set(p.weights, p.w)
	p.Set(p.share, p.part)
}

// gradients runs a batch over the workers and returns its cost. The gradients, added in worker order, are worker 0's.
func (t *Trainer) gradients(d *dataset, index []int) (cost float64, err error) {
	t.data, t.index, t.shards = d, index, min(len(t.workers), len(index))
	t.crew.Do(t.shards, t.phases.shard)
	for _, w := range t.workers[:t.shards] {
		if w.err != nil {
			return 0, w.err
		}
		cost += w.cost
	}
	t.spread(t.phases.reduce)
	return cost, nil
}

// shard is worker i's part of the batch.
func (t *Trainer) shard(i int) {
	each, longer := len(t.index)/t.shards, len(t.index)%t.shards
	lo, hi := i*each+min(i, longer), (i+1)*each+min(i+1, longer)
	t.workers[i].err = t.workers[i].differentiate(t.data, t.index[lo:hi], len(t.index))
}
