// Package crew runs goroutines that work together in phases of less than a millisecond.
package crew

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a member spins for the next phase, and the caller for the end of one, before it sleeps: waking a
// goroutine takes some 50 µs, as long as a phase of a small model.
const patience = 100 * time.Microsecond

// A Crew is the caller and n−1 goroutines that share jobs. A job is passed to every member by value, so that no member reads
// what the caller may be writing for the next phase. Only one goroutine at a time may call a Crew's methods.
type Crew[Job any] struct {
	work  func(member int, j Job)
	calls []chan Job     // one for each member but the caller, with a buffer of one
	left  atomic.Int64   // number of members at work
	busy  sync.WaitGroup // the same, for sleeping until all are done
}

// Start makes a crew of n ≥ 1 members; member i does its part of a job j by work(i, j).
func Start[Job any](n int, work func(member int, j Job)) *Crew[Job] {
	c := &Crew[Job]{work: work, calls: make([]chan Job, n-1)}
	for m := range c.calls {
		c.calls[m] = make(chan Job, 1)
		go c.member(m+1, c.calls[m])
	}
	return c
}

// Stop ends the goroutines.
func (c *Crew[Job]) Stop() {
	for _, calls := range c.calls {
		close(calls)
	}
}

// Do lets members 0 to n−1, n at most the crew's size, do their parts of j concurrently, the first on the caller's
// goroutine, and returns when all are done. It allocates nothing.
func (c *Crew[Job]) Do(n int, j Job) {
	others := c.calls[:n-1]
	c.left.Store(int64(len(others)))
	c.busy.Add(len(others))
	for _, calls := range others {
		calls <- j
	}
	c.work(0, j)
	for start := time.Now(); c.left.Load() > 0 && time.Since(start) < patience; {
		runtime.Gosched()
	}
	c.busy.Wait()
}

// member is the goroutine of member i.
func (c *Crew[Job]) member(i int, calls chan Job) {
	for {
		j, more := next(calls)
		if !more {
			return
		}
		c.work(i, j)
		c.busy.Done() // before left is decremented, so that a caller that sees left = 0 need not sleep
		c.left.Add(-1)
	}
}

// next returns the next job, for which it spins for a while and then waits; more is false if there will be none.
func next[Job any](calls chan Job) (j Job, more bool) {
	for start := time.Now(); time.Since(start) < patience; {
		select {
		case j, more = <-calls:
			return j, more
		default:
			runtime.Gosched()
		}
	}
	j, more = <-calls
	return j, more
}
