// Package alonetest checks that what a row comes to does not hang on the rows that are asked for with it.
package alonetest

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Check fails the test if one of the readers, by what they read, gives rows of x other bits by themselves, in blocks of 1 to 11, than
// among all of x. A reader returns as many numbers for each row.
func Check(t *testing.T, x *mat.Dense, readers map[string]func(x *mat.Dense) []float64) {
	t.Helper()
	n, d := x.Dims()
	for name, read := range readers {
		whole := read(x)
		width := len(whole) / n
		for from, size := 0, 1; from < n; from, size = from+size, size%11+1 {
			to := min(from+size, n)
			got := read(x.Slice(from, to, 0, d).(*mat.Dense))
			if want := whole[from*width : to*width]; !slices.Equal(got, want) {
				t.Fatalf("%s of rows %d to %d by themselves: %v, want %v as among %d", name, from, to, got, want, n)
			}
		}
	}
}
