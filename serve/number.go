package serve

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// finite is the value of a cell that is a number, as data reads one: Go's digits parted by _ and infinities are none.
func finite(text []byte) (float64, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return 0, errors.New("is missing, want a number")
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !known(v) || bytes.IndexByte(text, '_') >= 0 {
		return 0, fmt.Errorf("is %.40q, want a finite number", text)
	}
	return v, nil
}

// appendNumber appends v in the fewest digits that read back as v, with an exponent only where there would be many zeros; nothing for
// one that is no number.
func appendNumber(dst []byte, v float64) []byte {
	if math.IsNaN(v) {
		return dst
	}
	format := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-4 || size >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}
