package columns

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// distinct counts values. It counts each of them as long as there are at most limit; beyond that only those whose hash ends in so
// many zeros that the limit is kept, which are a fair sample of all different values (M. Wegman; P. Flajolet, "On adaptive
// sampling", Computing 43 (1990)). The number of different values then has a relative error of about 1.2/√limit.
type distinct[K cmp.Ordered] struct {
	limit  int
	own    func(K) K // makes a copy of a value for keeping
	zeros  int       // how many zeros the hashes of counted values end in
	counts counts[K]
	common *common[K] // set once not all values are counted
	rough  bool       // the commonest values are not needed once not all are counted
}

func newDistinct[K cmp.Ordered](limit int, hash func(K) uint64, own func(K) K) *distinct[K] {
	return &distinct[K]{limit: limit, own: own, counts: counts[K]{hash: hash}}
}

// newNumbers counts numbers.
func newNumbers(limit int) *distinct[float64] {
	return newDistinct(limit, hashNumber, func(v float64) float64 { return v })
}

// newTexts counts texts, without finding the commonest. It copies those it keeps, because they may be parts of much longer
// ones.
func newTexts(limit int) *distinct[string] {
	d := newDistinct(limit, hashText, strings.Clone)
	d.rough = true
	return d
}

// hashNumber is the same for 0 and −0, which are one value.
func hashNumber(v float64) uint64 { return mixed(math.Float64bits(v + 0)) }

// hashText is 64-bit FNV-1a with its bits mixed again, because its last bits alone are weak.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mixed(h)
}

func mixed(seed uint64) uint64 {
	hash := rand.NewPCG(seed, 0)
	hash.Uint64() // without mixing, the result still shows the seed
	return hash.Uint64()
}

func (d *distinct[K]) add(v K) {
	hash := d.counts.hash(v)
	if d.common != nil {
		if !d.rough {
			d.common.add(hash, v)
		}
		if !d.sampled(hash) {
			return
		}
	}
	s := d.counts.at(hash, v)
	if s.times++; s.times > 1 {
		return
	}
	s.key = d.own(v)
	for d.counts.used++; d.counts.used > d.limit; {
		d.thin()
	}
}

// thin drops about half of the values.
func (d *distinct[K]) thin() {
	if d.common == nil {
		if d.common = new(common[K]); !d.rough {
			d.common = newCommon(&d.counts)
		}
	}
	d.zeros++
	d.counts.keep(func(v K, times int) int {
		if !d.sampled(d.counts.hash(v)) {
			return 0
		}
		return times
	})
}

func (d *distinct[K]) sampled(hash uint64) bool { return hash&(1<<d.zeros-1) == 0 }

// exact reports whether all values are counted.
func (d *distinct[K]) exact() bool { return d.common == nil }

// number is the number of different values.
func (d *distinct[K]) number() int { return d.counts.used << d.zeros }

// top is the count of the commonest value; it may be too low by up to a thousandth of all values.
func (d *distinct[K]) top() (top int) {
	for _, n := range d.most().all() {
		top = max(top, n)
	}
	return top
}

// most are the counts of the commonest values; each may be too low by up to a thousandth of all values.
func (d *distinct[K]) most() *counts[K] {
	if d.common != nil {
		return &d.common.counts
	}
	return &d.counts
}

// sorted are the counted values, ascending.
func (d *distinct[K]) sorted() []K {
	values := make([]K, 0, d.counts.used)
	for v := range d.counts.all() {
		values = append(values, v)
	}
	slices.Sort(values)
	return values
}

// common finds values that occur in more than a thousandth of the rows. Values are counted as long as the table has room. Then the
// count of the first value after the commonest ones is subtracted from every count, so that a count is too low by at most
// n/commonest out of all n (J. Misra and D. Gries, "Finding repeated elements", Science of Computer Programming 2 (1982); P.
// Agarwal and others, "Mergeable summaries", ACM Transactions on Database Systems 38 (2013)).
type common[K cmp.Ordered] struct{ counts counts[K] }

const (
	commonest  = 1 << 10
	commonHeld = 4 * commonest // values held before counts are reduced
)

// newCommon continues from a full table of counts.
func newCommon[K cmp.Ordered](full *counts[K]) *common[K] {
	c := &common[K]{*full}
	c.counts.slots = slices.Clone(full.slots)
	c.less()
	c.counts.resize(2 * commonHeld)
	return c
}

func (c *common[K]) add(hash uint64, v K) {
	s := c.counts.at(hash, v)
	if s.times++; s.times > 1 {
		return
	}
	s.key = v
	if c.counts.used++; c.counts.used > commonHeld {
		c.less()
	}
}

// less subtracts from every count that of the first value after the commonest ones.
func (c *common[K]) less() {
	if c.counts.used <= commonest {
		return
	}
	ordered := make([]int, 0, c.counts.used)
	for _, n := range c.counts.all() {
		ordered = append(ordered, n)
	}
	slices.Sort(ordered)
	off := ordered[len(ordered)-1-commonest]
	c.counts.keep(func(_ K, times int) int { return times - off })
}
