package columns

import "iter"

// counts says how often each of many values came: a hash table of open addressing. A value costs it a few nanoseconds, a map of the
// language ten times as many, and the table of a column of few values takes next to no memory, where a table may have many columns.
type counts[K comparable] struct {
	hash  func(K) uint64 // of which the highest bits say where a value is looked for first
	slots []slot[K]      // a power of two of them
	used  int
	shift int // of a hash, to a place in slots
}

// A slot is free where times is 0.
type slot[K comparable] struct {
	key   K
	times int
}

// fewestSlots is how many a table begins with: room for three values.
const fewestSlots = 4

// at is the slot of a value whose hash is known, or a free one where it belongs, which the caller fills before another call.
func (c *counts[K]) at(hash uint64, v K) *slot[K] {
	if 4*(c.used+1) > 3*len(c.slots) {
		c.resize(max(2*len(c.slots), fewestSlots))
	}
	return c.find(hash, v)
}

// find is at for a table that has a free slot.
func (c *counts[K]) find(hash uint64, v K) *slot[K] {
	for i := int(hash >> c.shift); ; i++ {
		if s := &c.slots[i&(len(c.slots)-1)]; s.times == 0 || s.key == v {
			return s
		}
	}
}

// resize makes room for what is there in so many slots.
func (c *counts[K]) resize(slots int) {
	old := c.slots
	c.slots, c.shift = make([]slot[K], slots), 64
	for n := slots; n > 1; n /= 2 {
		c.shift--
	}
	for _, s := range old {
		if s.times > 0 {
			*c.find(c.hash(s.key), s.key) = s
		}
	}
}

// keep keeps the values for which a count is left, and that many of each.
func (c *counts[K]) keep(left func(v K, times int) int) {
	kept := make([]slot[K], 0, c.used)
	for v, times := range c.all() {
		if n := left(v, times); n > 0 {
			kept = append(kept, slot[K]{v, n})
		}
	}
	clear(c.slots)
	for _, s := range kept {
		*c.find(c.hash(s.key), s.key) = s
	}
	c.used = len(kept)
}

// of is how often a value came.
func (c *counts[K]) of(v K) int {
	if c.used == 0 {
		return 0
	}
	return c.find(c.hash(v), v).times
}

// all are the values and how often each came, in no order that means anything.
func (c *counts[K]) all() iter.Seq2[K, int] {
	return func(yield func(K, int) bool) {
		for _, s := range c.slots {
			if s.times > 0 && !yield(s.key, s.times) {
				return
			}
		}
	}
}
