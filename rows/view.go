package rows

import "gonum.org/v1/gonum/mat"

// A View reads the rows of a matrix in place if the matrix allows it, so that nothing is copied that is only read. The zero View
// has no rows.
type View struct {
	x          mat.Matrix
	shown      mat.RawRowViewer // x, if it gives access to its rows
	rows, cols int
}

// ViewOf is a view of x.
func ViewOf(x mat.Matrix) View {
	n, d := Dims(x)
	shown, _ := x.(mat.RawRowViewer)
	return View{x, shown, n, d}
}

// Row is row i, from 0: the matrix's own memory, which must not be written to, or a copy, in scratch if that has one number for
// each column. It is nil if there is no such row.
func (v View) Row(scratch []float64, i int) []float64 {
	switch {
	case uint(i) >= uint(v.rows):
		return nil
	case v.shown != nil:
		return v.shown.RawRowView(i)
	case len(scratch) != v.cols:
		scratch = nil // then mat.Row allocates
	}
	return mat.Row(scratch, i, v.x)
}
