package train

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// A worker runs the training graph of its shard of a batch, with programs of its own over the parameters that all
// workers share.
type worker struct {
	trainer *Trainer
	shards  map[int]*shard // by number of rows
	jobs    chan job       // of a worker with a goroutine of its own, while a fit runs
	last    *shard         // the one that ran last
	err     error
}

// A job is a shard of a batch of `batch` rows, or a worker's part of the segments.
type job struct {
	kind   jobKind
	data   *dataset
	index  []int
	batch  int
	worker int
}

type jobKind int

const (
	shardJob jobKind = iota
	reduceJob
	updateJob
)

// A shard is the training graph at one number of rows.
type shard struct {
	*graph.Program
	x, weights, share *G.Node
	cost              *G.Node
	grads             []gradient
	in, w, part       []float64
}

// shardOf compiles cost = Σ w·loss + share·penalty and its gradients for rows rows.
func (t *Trainer) shardOf(rows int) (*shard, error) {
	s := &shard{in: make([]float64, rows*t.model.Dim()), w: make([]float64, rows), part: make([]float64, 1)}
	var grads []*G.Node
	var err error
	s.Program, err = graph.Build(t.model.Dtype(), func(b *graph.Builder) []*G.Node {
		s.x, s.weights, s.share = b.Input("x", rows, t.model.Dim()), b.Input("weights", rows), b.Input("share")
		s.cost = b.Dot(t.rows(b, s.x), s.weights)
		if len(t.config.Penalties) > 0 {
			s.cost = b.Sum(s.cost, b.Dot(t.penalty(b), s.share))
		}
		wrt := make([]*G.Node, len(t.params))
		for i, p := range t.params {
			wrt[i] = b.Param(p)
		}
		grads = b.Grad(s.cost, wrt...)
		return append([]*G.Node{s.cost, s.share}, grads...)
	})
	if err != nil {
		return nil, err
	}
	for _, g := range grads {
		s.grads = append(s.grads, newGradient(s.Buffer(g)))
	}
	return s, nil
}

// start gives every worker but the first, which works on the caller's, a goroutine; stop ends them.
func (t *Trainer) start() (stop func()) {
	others := t.workers[1:]
	for _, w := range others {
		jobs := make(chan job) // its own: a goroutine that starts late must not read a later fit's field
		w.jobs = jobs
		go func() {
			for j := range jobs {
				if j.kind == shardJob {
					w.run(j)
				} else {
					t.do(j.kind, j.worker, len(t.workers))
				}
				t.running.Done()
			}
		}()
	}
	return func() {
		for _, w := range others {
			close(w.jobs)
		}
	}
}

// run computes cost and gradients of a job's rows.
func (w *worker) run(j job) {
	rows, dim := len(j.index), w.trainer.model.Dim()
	s := w.shards[rows]
	if s == nil {
		if s, w.err = w.trainer.shardOf(rows); w.err != nil {
			return
		}
		w.shards[rows] = s
	}
	for i, row := range j.index {
		j.data.row(s.in[i*dim:(i+1)*dim], row)
		s.w[i] = j.data.weight(row) / float64(j.batch)
	}
	s.part[0] = float64(rows) / float64(j.batch)
	s.Set(s.x, s.in)
	s.Set(s.weights, s.w)
	s.Set(s.share, s.part)
	w.err = s.Run()
	w.last = s
}

// gradients runs a batch over the workers and returns its cost. The gradients, added in worker order, are worker 0's.
func (t *Trainer) gradients(d *dataset, index []int) (cost float64, err error) {
	t.shards = min(len(t.workers), len(index))
	each, rest := len(index)/t.shards, len(index)%t.shards
	first := index[:each+min(rest, 1)]
	at := len(first)
	t.running.Add(t.shards - 1)
	for i, w := range t.workers[1:t.shards] {
		rows := each
		if i+1 < rest {
			rows++
		}
		w.jobs <- job{data: d, index: index[at : at+rows], batch: len(index)}
		at += rows
	}
	t.workers[0].run(job{data: d, index: first, batch: len(index)})
	t.running.Wait()
	for _, w := range t.workers[:t.shards] {
		if w.err != nil {
			return 0, w.err
		}
		cost += w.last.Scalar(w.last.cost)
	}
	t.spread(reduceJob)
	return cost, nil
}
