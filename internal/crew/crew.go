// Package crew has goroutines that work together in phases that are over in less than a millisecond.
package crew

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a member looks out for the next phase, and the caller for the end of one, before it sleeps: to be
// woken takes the system some 50 µs, as long as a phase of a small model.
const patience = 100 * time.Microsecond

// A Crew is the caller and n−1 goroutines. One goroutine at a time may call its methods.
type Crew struct {
	calls []chan func(i int) // one of each member but the caller, with room for one
	left  atomic.Int64       // members at work
	busy  sync.WaitGroup     // the same, to sleep on
}

// Start is a crew of n ≥ 1.
func Start(n int) *Crew {
	c := &Crew{calls: make([]chan func(int), n-1)}
	for m := range c.calls {
		c.calls[m] = make(chan func(int), 1)
		go c.member(m+1, c.calls[m])
	}
	return c
}

// Stop ends the goroutines.
func (c *Crew) Stop() {
	for _, calls := range c.calls {
		close(calls)
	}
}

// Do runs work(0), …, work(n−1) at the same time, n not above the crew's size, the first on the caller's goroutine, and
// returns when all are done. It allocates nothing.
func (c *Crew) Do(n int, work func(i int)) {
	others := c.calls[:n-1]
	c.left.Store(int64(len(others)))
	c.busy.Add(len(others))
	for _, calls := range others {
		calls <- work
	}
	work(0)
	for start := time.Now(); c.left.Load() > 0 && time.Since(start) < patience; {
		runtime.Gosched()
	}
	c.busy.Wait()
}

// member is the goroutine of member i.
func (c *Crew) member(i int, calls chan func(int)) {
	for {
		work, more := next(calls)
		if !more {
			return
		}
		work(i)
		c.busy.Done() // before left, so that a caller that sees none left need not sleep
		c.left.Add(-1)
	}
}

// next is the next call, looked out for a while and then waited for; false where there will be none.
func next(calls chan func(int)) (work func(int), more bool) {
	for start := time.Now(); time.Since(start) < patience; {
		select {
		case work, more = <-calls:
			return work, more
		default:
			runtime.Gosched()
		}
	}
	work, more = <-calls
	return work, more
}
