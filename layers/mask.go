package layers

import (
	"fmt"

	"gaussflow/initializers"
)

// A Mask splits the columns for a coupling: true marks the identity half, which passes through and conditions
// the other.
type Mask []bool

// maxColumns limits the length of masks.
const maxColumns = 1 << 24

// newMask makes a mask that marks no column. It is nil, which every layer refuses, if d is negative or more than 2^24.
func newMask(d int) Mask {
	if d < 0 || d > maxColumns {
		return nil
	}
	return make(Mask, d)
}

// HalfMask marks the first ⌊d/2⌋ columns; it is nil if d is negative or more than 2^24.
func HalfMask(d int) Mask {
	m := newMask(d)
	for i := range len(m) / 2 {
		m[i] = true
	}
	return m
}

// AlternatingMask marks every other column, starting with the first; it is nil if d is negative or more than 2^24.
func AlternatingMask(d int) Mask {
	m := newMask(d)
	for i := 0; i < len(m); i += 2 {
		m[i] = true
	}
	return m
}

// RandomMask marks ⌊d/2⌋ columns, drawn uniformly with the seed; it is nil if d is negative or more than 2^24.
func RandomMask(d int, seed uint64) Mask {
	m := HalfMask(d)
	initializers.NewRand(seed, 2).Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
	return m
}

// Not is the complement.
func (m Mask) Not() Mask {
	n := make(Mask, len(m))
	for i, v := range m {
		n[i] = !v
	}
	return n
}

// Count is the number of columns marked v.
func (m Mask) Count(v bool) (n int) {
	for _, x := range m {
		if x == v {
			n++
		}
	}
	return n
}

// Columns lists the columns marked v.
func (m Mask) Columns(v bool) (columns []int) {
	for i, x := range m {
		if x == v {
			columns = append(columns, i)
		}
	}
	return columns
}

// Validate reports a mask that does not split dim columns into two halves with at least one column each.
func (m Mask) Validate(dim int) error {
	switch {
	case len(m) != dim:
		return &SettingError{"", "Mask", fmt.Sprintf("%d entries", len(m)), fmt.Sprintf("one for each of %d columns", dim)}
	case m.Count(true) == 0:
		return &SettingError{"", "Mask", fmt.Sprintf("all %d false", dim), "at least one true (the identity half)"}
	case m.Count(false) == 0:
		return &SettingError{"", "Mask", fmt.Sprintf("all %d true", dim), "at least one false (the transformed half)"}
	}
	return nil
}
