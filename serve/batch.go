package serve

import (
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// together is how many rows of different requests are computed at once at most, and at least two are. A graph is compiled for 1, 16,
// 128 and 512 rows, each with last digits of its own, and two to 16 rows run as 16: a row has the same bits whoever else asks.
const together = 16

// A batcher computes single rows of requests that are there at the same time together. It never waits for more of them: the first request
// computes, those that come meanwhile queue up, and the first of these computes the next batch. So a row waits for those before it and for
// nothing else, and a batch is as large as the load makes it.
type batcher struct {
	model   Model
	most    int // rows of a batch
	leaders int // batches that are computed at the same time at most

	mu      sync.Mutex
	leading int
	queue   []*asked
	asks    sync.Pool
}

// asked is a row that waits for its answer.
type asked struct {
	row           []float64
	logProb, tail float64
	failed        error     // why this row has no answer
	err           error     // why no row has one
	lead          chan bool // true: compute, with your own row; false: you have your answer
	batch         batchRows
}

// batchRows is memory for a batch.
type batchRows struct {
	with []*asked
	x    []float64
}

func newBatcher(m Model, most, leaders int) *batcher {
	b := &batcher{model: m, most: most, leaders: leaders}
	d := len(m.Reads())
	b.asks.New = func() any { return &asked{row: make([]float64, d), lead: make(chan bool, 1)} }
	return b
}

// borrow is an asked to fill the row of.
func (b *batcher) borrow() *asked { return b.asks.Get().(*asked) }

func (b *batcher) release(a *asked) { b.asks.Put(a) }

// score answers a. It returns how many rows were computed with it, 0 where another request did.
func (b *batcher) score(a *asked) int {
	b.mu.Lock()
	if b.leading == b.leaders {
		b.queue = append(b.queue, a)
		b.mu.Unlock()
		if !<-a.lead {
			return 0
		}
	} else {
		b.leading++
		b.mu.Unlock()
	}
	runtime.Gosched() // whoever has a row and only wants a processor joins
	n := b.take(a)
	b.compute(a)
	b.pass()
	for _, other := range a.batch.with[1:] {
		other.lead <- false
	}
	return n
}

// take puts a and those in the queue into a's batch.
func (b *batcher) take(a *asked) int {
	b.mu.Lock()
	n := min(b.most-1, len(b.queue))
	a.batch.with = append(append(a.batch.with[:0], a), b.queue[:n]...)
	b.queue = append(b.queue[:0], b.queue[n:]...)
	b.mu.Unlock()
	return n + 1
}

// pass makes the first in the queue compute, or leaves the place free.
func (b *batcher) pass() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		b.leading--
		return
	}
	next := b.queue[0]
	b.queue = append(b.queue[:0], b.queue[1:]...)
	next.lead <- true
}

// compute answers all of a's batch.
func (b *batcher) compute(a *asked) {
	x, with := a.batch.x[:0], a.batch.with
	for _, one := range with {
		x = append(x, one.row...)
	}
	if len(with) == 1 {
		x = append(x, a.row...) // two rows, whose bits are those of 16: see together
	}
	a.batch.x = x
	d := len(a.row)
	logProb, tail, failed, err := b.model.Score(mat.NewDense(len(x)/d, d, x))
	for i, one := range with {
		one.failed, one.err = nil, err
		if err == nil {
			one.logProb, one.tail = logProb[i], tail[i]
		}
		if failed != nil {
			one.failed = failed[i]
		}
	}
}
