package sketch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// magic begins the bytes of a Column and gives the format's version.
const magic = "gaussflow.sketch.1"

// headNumbers are the numbers before the cells: resolution, count, mean, square.
const headNumbers = 4

// MarshalBinary encodes the Column: the magic, then 64-bit little-endian floats: resolution, count, mean, Σ(v − mean)²; then count,
// mean, least and greatest value of each cell, ascending.
func (c *Column) MarshalBinary() ([]byte, error) {
	if c == nil {
		return nil, errNil
	}
	c.compress()
	out := []byte(magic)
	put := func(numbers ...float64) {
		for _, v := range numbers {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		}
	}
	put(float64(c.resolution), c.n, c.mean, c.square)
	for _, k := range c.cells {
		put(k.count, k.mean, k.low, k.high)
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (c *Column) UnmarshalBinary(raw []byte) error {
	if c == nil {
		return errNil
	}
	if len(raw) < len(magic) || string(raw[:len(magic)]) != magic {
		return fmt.Errorf("sketch: the bytes do not begin with %q: they are no Column", magic)
	}
	raw = raw[len(magic):]
	if len(raw)%(8*4) != 0 || len(raw) < 8*headNumbers {
		return errors.New("sketch: the bytes of a Column are cut off")
	}
	numbers := make([]float64, len(raw)/8)
	for i := range numbers {
		numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		if !(math.Abs(numbers[i]) <= math.MaxFloat64) {
			return errors.New("sketch: the bytes of a Column hold what is no finite number")
		}
	}
	read := Column{resolution: int(numbers[0]), n: numbers[1], mean: numbers[2], square: numbers[3]}
	if _, err := New(read.resolution); err != nil || float64(read.resolution) != numbers[0] || read.square < 0 {
		return errors.New("sketch: the bytes of a Column have a resolution or a spread that is none")
	}
	total := 0.0
	for k := numbers[headNumbers:]; len(k) > 0; k = k[4:] {
		next := cell{k[0], k[1], k[2], k[3]}
		if last := len(read.cells) - 1; !next.sound() || last >= 0 && read.cells[last].mean > next.mean {
			return fmt.Errorf("sketch: cell %d (from 0) of a Column is out of order, or no cell", len(read.cells))
		}
		total += next.count
		read.cells = append(read.cells, next)
	}
	if total != read.n {
		return fmt.Errorf("sketch: the cells of a Column hold %g values, want the %g that it counts", total, read.n)
	}
	*c = read
	return nil
}

// sound reports whether a cell is consistent.
func (k cell) sound() bool {
	slack := 1e-9 * (math.Abs(k.low) + math.Abs(k.high)) // allows for the rounding of the mean
	return k.count >= 1 && k.count == math.Trunc(k.count) && k.low <= k.high && math.Abs(k.low) <= 1e150 && math.Abs(k.high) <= 1e150 &&
		k.mean >= k.low-slack && k.mean <= k.high+slack
}
