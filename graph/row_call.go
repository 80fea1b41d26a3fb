package graph

import (
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"
)

// A rowCall is one evaluation of many rows, by goroutines that take one chunk after another. It is reused, so that a call
// allocates nothing.
type rowCall struct {
	f      *RowFunc
	x      mat.Matrix
	outs   [][]float64
	rows   int
	size   int          // rows of a chunk
	next   atomic.Int64 // the next chunk to take
	others sync.WaitGroup
	help   func() // the function that additional goroutines run

	mu     sync.Mutex
	failed int // the first chunk with an error, or −1
	err    error
}

func newRowCall() any {
	c := &rowCall{}
	c.help = func() {
		defer c.others.Done()
		c.work()
	}
	return c
}

func (c *rowCall) run(f *RowFunc, x mat.Matrix, outs [][]float64) error {
	c.f, c.x, c.outs = f, x, append(c.outs[:0], outs...)
	c.rows, _ = x.Dims()
	c.size = chunkOf(c.rows)
	c.next.Store(0)
	c.failed, c.err = -1, nil
	helpers := min(c.chunks(), runtime.GOMAXPROCS(0)) - 1
	c.others.Add(helpers)
	for range helpers {
		go c.help()
	}
	c.work()
	c.others.Wait()
	c.x = nil
	clear(c.outs)
	return c.err
}

func (c *rowCall) chunks() int { return (c.rows + c.size - 1) / c.size }

// The two chunk sizes. The longer one is used if there is a chunk for each processor; otherwise the shorter one, so that all
// processors have work and a chunk has little padding.
const (
	shortChunk = 128
	chunkRows  = 512
)

func chunkOf(rows int) int {
	if rows < chunkRows || rows < chunkRows*runtime.GOMAXPROCS(0) { // GOMAXPROCS takes a lock of the whole process, which a call for a few rows avoids
		return shortChunk
	}
	return chunkRows
}

// work takes chunks until none is left.
func (c *rowCall) work() {
	for i := int(c.next.Add(1)) - 1; i < c.chunks(); i = int(c.next.Add(1)) - 1 {
		lo := i * c.size
		if err := c.f.runChunk(c.x, lo, min(lo+c.size, c.rows), c.outs); err != nil {
			c.fail(i, err)
		}
	}
}

// fail keeps the error of the chunk with the lowest number.
func (c *rowCall) fail(chunk int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed < 0 || chunk < c.failed {
		c.failed, c.err = chunk, err
	}
}
