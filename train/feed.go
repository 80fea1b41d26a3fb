package train

import (
	"context"
	"math/rand/v2"

	"gaussflow/initializers"
)

// A feed deals the rows of an epoch into batches.
type feed interface {
	// begin starts epoch e; end ends it, at any point.
	begin(ctx context.Context, e int)
	end()
	// next is the next batch, valid until the following call. After the last one it is empty.
	next(ctx context.Context) (batch, error)
	// rows is the number of rows of an epoch, −1 while it is unknown.
	rows() int
	validation // on all rows of the feed
}

// shuffler is the random generator that shuffles epoch e. It depends on the seed and e alone, so that a fit resumed at
// InitialEpoch sees the same order.
func shuffler(seed uint64, e int) *rand.Rand { return initializers.NewRand(seed, uint64(e)+1<<32) }

// count sets order to 0, 1, 2, ….
func count(order []int) {
	for i := range order {
		order[i] = i
	}
}

// shuffle puts order into a random order.
func shuffle(order []int, rng *rand.Rand) {
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

// batchesOf is the number of batches of size rows, −1 if the number of rows is unknown.
func batchesOf(rows, size int) int {
	if rows < 0 {
		return -1
	}
	return (rows-1)/size + 1
}

// memory is the feed for a dataset in memory.
type memory struct {
	data   *dataset
	config FitConfig
	order  []int
	dealt  int // rows of order dealt so far
}

func newMemory(d *dataset, c FitConfig) *memory {
	return &memory{data: d, config: c, order: make([]int, d.rows)}
}

func (m *memory) begin(_ context.Context, e int) {
	m.dealt = 0
	if x, ok := m.data.x.(Redrawn); ok {
		x.Redraw(e)
	}
	count(m.order)
	if !m.config.NoShuffle {
		shuffle(m.order, shuffler(m.config.Seed, e))
	}
}

func (m *memory) end() {}

func (m *memory) next(context.Context) (batch, error) {
	from := m.dealt
	m.dealt = min(from+m.config.BatchSize, len(m.order))
	return batch{m.data, m.order[from:m.dealt]}, nil
}

func (m *memory) rows() int { return m.data.rows }

func (m *memory) loss(ctx context.Context, t *Trainer) (float64, error) { return m.data.loss(ctx, t) }

func (m *memory) digest(ctx context.Context) (string, error) { return m.data.digest(ctx) }
