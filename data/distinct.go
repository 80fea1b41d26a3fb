package data

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// distinct counts values: each of them while there are at most limit; then those whose hash ends in so many zeros that the limit is
// kept, which are a fair sample of all different values (M. Wegman; P. Flajolet, "On adaptive sampling", Computing 43 (1990)):
// the number of values is off by about 1.2/√limit of itself.
type distinct struct {
	limit  int
	zeros  int // at the end of the hashes of what is counted
	counts map[float64]int
	common *common // once not all are counted
}

func newDistinct(limit int) *distinct { return &distinct{limit: limit, counts: map[float64]int{}} }

func (d *distinct) add(v float64) {
	if d.common != nil {
		d.common.add(v)
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
func (d *distinct) thin() {
	if d.common == nil {
		d.common = newCommon(d.counts)
	}
	d.zeros++
	maps.DeleteFunc(d.counts, func(v float64, _ int) bool { return !d.sampled(v) })
}

func (d *distinct) sampled(v float64) bool {
	hash := rand.NewPCG(math.Float64bits(v+0), 0) // −0 is 0
	hash.Uint64()                                 // still shows the seed
	return hash.Uint64()&(1<<d.zeros-1) == 0
}

// exact reports whether all values are counted.
func (d *distinct) exact() bool { return d.common == nil }

// number is how many values there are.
func (d *distinct) number() int { return len(d.counts) << d.zeros }

// top is how often the commonest value is there, by at most a thousandth of all values too few.
func (d *distinct) top() int {
	if d.common != nil {
		return d.common.top()
	}
	return greatest(d.counts)
}

func (d *distinct) sorted() []float64 { return slices.Sorted(maps.Keys(d.counts)) }

// common finds values that are in more than a thousandth of the rows: each count is too low by at most n/commonest of all n (J.
// Misra and D. Gries, "Finding repeated elements", Science of Computer Programming 2 (1982)).
type common struct{ counts map[float64]int }

const commonest = 1 << 10

// newCommon goes on from full counts; all but the commonest values' are taken off, as if each had met that many others.
func newCommon(counts map[float64]int) *common {
	c := &common{maps.Clone(counts)}
	if len(counts) > commonest {
		ordered := slices.Sorted(maps.Values(counts))
		c.less(ordered[len(ordered)-1-commonest])
	}
	return c
}

func (c *common) add(v float64) {
	if _, known := c.counts[v]; known || len(c.counts) < commonest {
		c.counts[v]++
		return
	}
	c.less(1)
}

// less takes that many off each count.
func (c *common) less(times int) {
	for v, n := range c.counts {
		if n <= times {
			delete(c.counts, v)
		} else {
			c.counts[v] = n - times
		}
	}
}

func (c *common) top() int { return greatest(c.counts) }

func greatest(counts map[float64]int) (top int) {
	for _, n := range counts {
		top = max(top, n)
	}
	return top
}
