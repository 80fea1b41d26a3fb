package columns

import "iter"

// counts counts how often each of many values occurs: a hash table with open addressing. A value costs a few nanoseconds, a tenth
// of what Go's map takes, and the table for a column with few values is very small, which matters because a table may have many
// columns.
type counts[K comparable] struct {
	hash  func(K) uint64 // its highest bits say where the search for a value starts
	slots []slot[K]      // their number is a power of two
	used  int
	shift int // of a hash, to an index of slots
}

// A slot is free if times is 0.
type slot[K comparable] struct {
	key   K
	times int
}

// fewestSlots is the initial size of a table, enough for three values.
const fewestSlots = 4

// at is the slot of a value with the given hash, or a free slot for it, which the caller must fill before another call.
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

// resize moves the values to a table with that many slots.
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

// keep sets each value's count to what left returns, and drops the values for which that is 0.
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

// of is how often a value has occurred.
func (c *counts[K]) of(v K) int {
	if c.used == 0 {
		return 0
	}
	return c.find(c.hash(v), v).times
}

// all yields the values with their counts, in no particular order.
func (c *counts[K]) all() iter.Seq2[K, int] {
	return func(yield func(K, int) bool) {
		for _, s := range c.slots {
			if s.times > 0 && !yield(s.key, s.times) {
				return
			}
		}
	}
}
