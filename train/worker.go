package train

import (
	"sync"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// A worker runs the training graph of its shard of a batch, with programs of its own over the parameters that all
// workers share.
type worker struct {
	trainer *Trainer
	shards  map[int]*shard // by number of rows
	last    *shard         // the one that ran last
	err     error
}

// A shard is the training graph at one number of rows.
type shard struct {
	*graph.Program
	x, weights, share *G.Node
	cost              *G.Node
	grads             []gradient
	in, w             []float64
}

// shardOf compiles cost = Σ w·loss + share·penalty and its gradients for rows rows.
func (t *Trainer) shardOf(rows int) (*shard, error) {
	b := graph.NewBuilder(t.model.Dtype())
	s := &shard{
		x: b.Input("x", rows, t.model.Dim()), weights: b.Input("weights", rows), share: b.Input("share"),
		in: make([]float64, rows*t.model.Dim()), w: make([]float64, rows),
	}
	s.cost = b.Dot(t.rows(b, s.x), s.weights)
	if len(t.config.Penalties) > 0 {
		s.cost = b.Sum(s.cost, b.Dot(t.penalty(b), s.share))
	}
	wrt := make([]*G.Node, len(t.params))
	for i, p := range t.params {
		wrt[i] = b.Param(p)
	}
	grads := b.Grad(s.cost, wrt...)
	var err error
	if s.Program, err = b.Compile(append([]*G.Node{s.cost, s.share}, grads...)...); err != nil {
		return nil, err
	}
	for _, g := range grads {
		s.grads = append(s.grads, newGradient(s.Buffer(g)))
	}
	return s, nil
}

// run computes cost and gradients of the rows named by index, of a batch of batch rows.
func (w *worker) run(d *dataset, index []int, batch int) {
	s := w.shards[len(index)]
	if s == nil {
		if s, w.err = w.trainer.shardOf(len(index)); w.err != nil {
			return
		}
		w.shards[len(index)] = s
	}
	dim := w.trainer.model.Dim()
	for i, row := range index {
		d.row(s.in[i*dim:(i+1)*dim], row)
		s.w[i] = d.weight(row) / float64(batch)
	}
	s.Set(s.x, s.in)
	s.Set(s.weights, s.w)
	s.Set(s.share, []float64{float64(len(index)) / float64(batch)})
	w.err = s.Run()
	w.last = s
}

// gradients runs a batch over the workers and returns its cost and gradients, added in worker order.
func (t *Trainer) gradients(d *dataset, index []int) (cost float64, grads []gradient, err error) {
	shards := min(len(t.workers), len(index))
	each, rest := len(index)/shards, len(index)%shards
	var wg sync.WaitGroup
	at := 0
	for i, w := range t.workers[:shards] {
		rows := each
		if i < rest {
			rows++
		}
		mine := index[at : at+rows]
		at += rows
		if i == shards-1 {
			w.run(d, mine, len(index))
		} else {
			wg.Go(func() { w.run(d, mine, len(index)) })
		}
	}
	wg.Wait()
	for i, w := range t.workers[:shards] {
		if w.err != nil {
			return 0, nil, w.err
		}
		cost += w.last.Scalar(w.last.cost)
		if i == 0 {
			grads = w.last.grads
			continue
		}
		for j, g := range w.last.grads {
			grads[j].add(raw(g))
		}
	}
	for i, g := range grads {
		t.squares[i] = g.square()
	}
	return cost, grads, nil
}

func raw(g gradient) any {
	if v, ok := g.(vector[float32]); ok {
		return []float32(v)
	}
	return []float64(g.(vector[float64]))
}
