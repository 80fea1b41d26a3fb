package serve

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// finite is the value of a cell that is a number in the sense of package data: without _ between digits, and finite.
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

// appendNumber appends v with the fewest digits that read back as v, with an exponent only to avoid many zeros; nothing if v is
// NaN.
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
