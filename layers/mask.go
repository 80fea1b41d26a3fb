package layers

import (
	"fmt"

	"gaussflow/initializers"
)

// A Mask splits the columns for a coupling: true marks the identity half, which passes through and conditions
// the other.
type Mask []bool

// maxColumns bounds the masks that are made for so many columns.
const maxColumns = 1 << 24

// newMask marks no column; it is nil, which no layer takes, where d is negative or more than 2^24.
func newMask(d int) Mask {
	if d < 0 || d > maxColumns {
		return nil
	}
	return make(Mask, d)
}

// HalfMask marks the first ⌊d/2⌋ columns; it is nil where d is negative or more than 2^24.
func HalfMask(d int) Mask {
	m := newMask(d)
	for i := range len(m) / 2 {
		m[i] = true
	}
	return m
}

// AlternatingMask marks every other column, the first one included; it is nil where d is negative or more than 2^24.
func AlternatingMask(d int) Mask {
	m := newMask(d)
	for i := 0; i < len(m); i += 2 {
		m[i] = true
	}
	return m
}

// RandomMask marks ⌊d/2⌋ columns, drawn by the seed, each such half with the same probability; it is nil where d is negative or more
// than 2^24.
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

// Validate reports a mask that does not split dim columns in two halves with something in each.
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
