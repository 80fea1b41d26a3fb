package serve

import (
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// together is the most rows of different requests that are computed together. A graph is compiled for 1, 16, 128 and 512 rows: more
// than 16 would take as long as 128.
const together = 16

// A batcher computes together the single rows of requests that are present at the same time. It never waits for more of them: the
// first request computes, those that arrive meanwhile queue up, and the first of these computes the next batch. So a row waits only
// for those before it, and batches are as large as the load makes them.
type batcher struct {
	model   Model
	most    int // the most rows of a batch
	leaders int // the most batches that are computed at the same time

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
	err           error     // why no row of the batch has an answer
	lead          chan bool // receives true if the request must compute the next batch, false if its answer is ready
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

// borrow returns an asked whose row is to be filled.
func (b *batcher) borrow() *asked { return b.asks.Get().(*asked) }

func (b *batcher) release(a *asked) { b.asks.Put(a) }

// score answers a. It returns how many rows were computed with it, or 0 if another request computed it.
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
	runtime.Gosched() // requests that have a row and only lack a processor can join
	n := b.take(a)
	b.compute(a)
	b.pass()
	for _, other := range a.batch.with[1:] {
		other.lead <- false
	}
	return n
}

// take moves a and the requests in the queue into a's batch.
func (b *batcher) take(a *asked) int {
	b.mu.Lock()
	n := min(b.most-1, len(b.queue))
	a.batch.with = append(append(a.batch.with[:0], a), b.queue[:n]...)
	b.queue = append(b.queue[:0], b.queue[n:]...)
	b.mu.Unlock()
	return n + 1
}

// pass makes the first in the queue compute the next batch; if there is none, the place becomes free.
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

// compute answers all requests of a's batch.
func (b *batcher) compute(a *asked) {
	x, with := a.batch.x[:0], a.batch.with
	for _, one := range with {
		x = append(x, one.row...)
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
