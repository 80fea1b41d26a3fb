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
	jobs    chan job       // of a worker with a goroutine of its own, while a fit runs
	grads   []gradient     // of the shard
	cost    float64        // of the shard
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
func (w *worker) run(j job) { w.err = w.differentiate(j) }

func (w *worker) differentiate(j job) error {
	w.cost = 0
	pieces := (len(j.index) + pieceRows - 1) / pieceRows
	each, longer := len(j.index)/pieces, len(j.index)%pieces
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
		p.load(j.data, j.index[at:at+rows], j.batch)
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
		cost += w.cost
	}
	t.spread(reduceJob)
	return cost, nil
}
