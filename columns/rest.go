package columns

import (
	"math"
	"strconv"
)

// Rest describes what is left of two columns that nearly determine each other, b − slope·a, as a column of its own: end − start,
// which is written in hours, minutes and seconds if both are times.
func Rest(a, b *Column, slope float64) *Column {
	if a == nil || b == nil {
		return nil
	}
	sign, factor := "−", strconv.FormatFloat(math.Abs(slope), 'g', 3, 64)+"·"
	if slope < 0 {
		sign = "+"
	}
	if math.Abs(slope) == 1 {
		factor = ""
	}
	c := &Column{Name: b.Name + " " + sign + " " + factor + a.Name, Kind: Numbers, Form: Form{Decimals: -1}}
	if a.Kind == Time && b.Kind == Time {
		c.Form.Layout = "N:04:05"
	}
	return c
}
