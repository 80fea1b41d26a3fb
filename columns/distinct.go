package columns

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// distinct counts values: each of them while there are at most limit; then those whose hash ends in so many zeros that the limit is
// kept, which are a fair sample of all different values (M. Wegman; P. Flajolet, "On adaptive sampling", Computing 43 (1990)):
// the number of values is off by about 1.2/√limit of itself.
type distinct[K cmp.Ordered] struct {
	limit  int
	hash   func(K) uint64
	zeros  int // at the end of the hashes of what is counted
	counts map[K]int
	common *common[K] // once not all are counted
	rough  bool       // which are the commonest is not asked once not all are counted
}

func newDistinct[K cmp.Ordered](limit int, hash func(K) uint64) *distinct[K] {
	return &distinct[K]{limit: limit, hash: hash, counts: map[K]int{}}
}

// hashNumber is the same for 0 and −0, which are one value.
func hashNumber(v float64) uint64 { return mixed(math.Float64bits(v + 0)) }

// hashText is FNV-1a of 64 bits, mixed, because its last bits alone are weak.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mixed(h)
}

func mixed(seed uint64) uint64 {
	hash := rand.NewPCG(seed, 0)
	hash.Uint64() // still shows the seed
	return hash.Uint64()
}

func (d *distinct[K]) add(v K) {
	if d.common != nil {
		if !d.rough {
			d.common.add(v)
		}
		if !d.sampled(v) {
			return
		}
	}
	d.counts[v]++
	for len(d.counts) > d.limit {
		d.thin()
	}
}

// thin goes on with about half of the values.
func (d *distinct[K]) thin() {
	if d.common == nil {
		if d.common = new(common[K]); !d.rough {
			d.common = newCommon(d.counts)
		}
	}
	d.zeros++
	maps.DeleteFunc(d.counts, func(v K, _ int) bool { return !d.sampled(v) })
}

func (d *distinct[K]) sampled(v K) bool { return d.hash(v)&(1<<d.zeros-1) == 0 }

// exact reports whether all values are counted.
func (d *distinct[K]) exact() bool { return d.common == nil }

// number is how many values there are.
func (d *distinct[K]) number() int { return len(d.counts) << d.zeros }

// top is how often the commonest value is there, by at most a thousandth of all values too few.
func (d *distinct[K]) top() (top int) {
	for _, n := range d.most() {
		top = max(top, n)
	}
	return top
}

// most are the counts of the commonest values, each by at most a thousandth of all values too low.
func (d *distinct[K]) most() map[K]int {
	if d.common != nil {
		return d.common.counts
	}
	return d.counts
}

func (d *distinct[K]) sorted() []K { return slices.Sorted(maps.Keys(d.counts)) }

// common finds values that are in more than a thousandth of the rows: each count is too low by at most n/commonest of all n (J.
// Misra and D. Gries, "Finding repeated elements", Science of Computer Programming 2 (1982)).
type common[K cmp.Ordered] struct{ counts map[K]int }

const commonest = 1 << 10

// newCommon goes on from full counts; all but the commonest values' are taken off, as if each had met that many others.
func newCommon[K cmp.Ordered](counts map[K]int) *common[K] {
	c := &common[K]{maps.Clone(counts)}
	if len(counts) > commonest {
		ordered := slices.Sorted(maps.Values(counts))
		c.less(ordered[len(ordered)-1-commonest])
	}
	return c
}

func (c *common[K]) add(v K) {
	if _, known := c.counts[v]; known || len(c.counts) < commonest {
		c.counts[v]++
		return
	}
	c.less(1)
}

// less takes that many off each count.
func (c *common[K]) less(times int) {
	for v, n := range c.counts {
		if n <= times {
			delete(c.counts, v)
		} else {
			c.counts[v] = n - times
		}
	}
}
