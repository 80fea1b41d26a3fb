package sketch

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Column summarizes the numbers added to it: how many there are, their mean and standard deviation, and their distribution as
// cells of neighbouring values. A cell at the rank share q holds at most
//
//	max(1, 4·n·q·(1−q)/Resolution)
//
// of n values. So the ends of the column, where normal scores change fastest, are kept value by value: for N(0, 1) the error of a
// quantile is about the same share of a standard deviation everywhere. There are about Resolution·(1 + ½ ln n) cells.
//
// The error is known, not only bounded: each cell keeps its least and greatest value, so Rank returns an interval that is certain
// to contain the true rank, in whatever order the values were added and merged. If values come in ascending order, or the parts
// that are merged do not overlap, the cells do not overlap either. Nothing is random: the same values, added and merged in the same
// order, give the same bytes. The zero value is empty and ready for use, with DefaultResolution.
//
// Source: Dunning 2021, arXiv:1902.04023 (t-digest, the merging variant with the scale q(1−q)); the intervals are our own.
type Column struct {
	resolution   int
	n            float64
	mean, square float64 // mean of all values; Σ(v − mean)²
	cells        []cell  // ascending by mean
	fresh        []float64
}

// A cell is count values from low to high.
type cell struct{ count, mean, low, high float64 }

// DefaultResolution is the resolution if none is given: ranks in the middle are right to about a thousandth.
const DefaultResolution = 1000

// maxResolution limits what a mistake, or a damaged file, can ask for.
const maxResolution = 1 << 20

// New makes an empty Column with a resolution from 10 to 2^20; 0 stands for DefaultResolution.
func New(resolution int) (*Column, error) {
	if resolution != 0 && (resolution < 10 || resolution > maxResolution) {
		return nil, fmt.Errorf("sketch: New: a resolution of %d, want 10 to %d, or 0 for %d", resolution, maxResolution, DefaultResolution)
	}
	return &Column{resolution: resolution}, nil
}

func (c *Column) size() int {
	if c.resolution == 0 {
		return DefaultResolution
	}
	return c.resolution
}

var errNil = errors.New("sketch: the Column is nil")

// Add adds values. If one is not a finite number up to 1e150, it returns an error that gives its index, and adds none.
func (c *Column) Add(values ...float64) error {
	if c == nil {
		return errNil
	}
	for i, v := range values {
		if !(math.Abs(v) <= 1e150) { // so that squares are finite
			return fmt.Errorf("sketch: Add: value %d (from 0) is %v, want finite numbers up to 1e150", i, v)
		}
	}
	for _, v := range values {
		c.n++
		delta := v - c.mean
		c.mean += delta / c.n
		c.square += delta * (v - c.mean)
		if c.fresh = append(c.fresh, v); len(c.fresh) >= 8*c.size() {
			c.compress()
		}
	}
	return nil
}

// Merge adds all values that other has summarized; other does not change.
func (c *Column) Merge(other *Column) error {
	switch {
	case c == nil || other == nil:
		return errNil
	case c == other:
		return errors.New("sketch: Merge: a Column with itself, which would count its values twice")
	case other.n == 0:
		return nil
	}
	n := c.n + other.n
	delta := other.mean - c.mean // Chan, Golub & LeVeque 1983
	c.square += other.square + delta*delta*c.n/n*other.n
	c.mean += delta * other.n / n
	c.n = n
	c.cells = append(c.cells, other.cells...)
	slices.SortStableFunc(c.cells, byMean)
	c.fresh = append(c.fresh, other.fresh...)
	c.compress()
	return nil
}

func byMean(a, b cell) int {
	return cmp.Or(cmp.Compare(a.mean, b.mean), cmp.Compare(a.low, b.low), cmp.Compare(a.count, b.count))
}

// compress adds the fresh values and joins neighbouring cells as far as their sizes allow.
func (c *Column) compress() {
	if len(c.fresh) == 0 && len(c.cells) < 2 {
		return
	}
	slices.Sort(c.fresh)
	all := make([]cell, 0, len(c.cells)+len(c.fresh))
	old := c.cells
	for _, v := range c.fresh {
		for len(old) > 0 && old[0].mean <= v {
			all, old = append(all, old[0]), old[1:]
		}
		all = append(all, cell{1, v, v, v})
	}
	all = append(all, old...)
	c.fresh = c.fresh[:0]
	joined, before := all[:1], 0.0 // before is the number of values below the last cell of joined
	for _, next := range all[1:] {
		last := &joined[len(joined)-1]
		count := last.count + next.count
		same := last.low == next.high && last.high == next.low // a single value, so that joining loses nothing
		if q := (before + count/2) / c.n; same || count <= 4*c.n*q*(1-q)/float64(c.size()) {
			last.mean += (next.mean - last.mean) * (next.count / count)
			last.low, last.high, last.count = min(last.low, next.low), max(last.high, next.high), count
			continue
		}
		before += last.count
		joined = append(joined, next)
	}
	c.cells = slices.Clip(joined)
}

// Count is how many values have been added; 0 if c is nil.
func (c *Column) Count() int {
	if c == nil {
		return 0
	}
	return int(c.n)
}

// Mean is their mean, NaN if there are none.
func (c *Column) Mean() float64 {
	if c.Count() == 0 {
		return math.NaN()
	}
	return c.mean
}

// StdDev is their standard deviation, divisor n; NaN if there are none.
func (c *Column) StdDev() float64 {
	if c.Count() == 0 {
		return math.NaN()
	}
	return math.Sqrt(c.square / c.n)
}
