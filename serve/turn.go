package serve

import (
	"context"
	"runtime"
)

// A turn is the right to compute. There are as many as processors, so that the requests that wait for one do not keep a processor from
// those that have just arrived: of many that are computed at a time each would take as long as all of them, and a request that is to be
// refused would wait for its answer too. Turns go in the order of asking. No turn is held while a client is waited for.
type turn struct {
	of   chan struct{}
	held bool
}

// take waits for the turn, unless it is held already. Once ctx is done it returns why.
func (t *turn) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if t.held {
		return nil
	}
	select {
	case t.of <- struct{}{}:
		t.held = true
		runtime.Gosched() // what has just arrived first: to refuse it, or to read it, takes little
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// give lets the next one have the turn, if it is held.
func (t *turn) give() {
	if t.held {
		t.held = false
		<-t.of
	}
}
