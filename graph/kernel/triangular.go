package kernel

// A Triangle is half of a square matrix T, row-major, with its diagonal, by which rows are solved.
type Triangle struct {
	Upper      bool // the half right of the diagonal; else the one left of it
	Transposed bool // x·Tᵀ = b is to be solved; else x·T = b
}

// Solve writes the solution x for each row b of in to the row of out, by substitution. The numbers of t outside the triangle are not
// read; row is scratch memory for a row. It computes in float64. A zero on the diagonal gives infinities.
//
// Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, chapter 8: it is backward stable.
func Solve[T Float](tri Triangle, t, in, out []T, row []float64) {
	d := len(row)
	for ; len(in) > 0; in, out = in[d:], out[d:] {
		for j, v := range in[:d] {
			row[j] = float64(v)
		}
		for i := range d {
			j := i // the next equation that has one unknown
			if tri.Upper == tri.Transposed {
				j = d - 1 - i
			}
			substitute(tri, j, t[j*d:(j+1)*d], row)
		}
		for j, v := range row {
			out[j] = T(v)
		}
	}
}

// substitute finds x_j from row j of T. Where x·T = b is solved, x_j is then taken out of the other numbers of b; where it is
// x·Tᵀ = b, the x that are known are taken out of b_j before.
func substitute[T Float](tri Triangle, j int, t []T, row []float64) {
	from, to := 0, j
	if tri.Upper {
		from, to = j+1, len(row)
	}
	others, side := row[from:to], t[from:to]
	if tri.Transposed {
		for k, v := range others {
			row[j] -= v * float64(side[k])
		}
	}
	row[j] /= float64(t[j])
	if !tri.Transposed {
		for k, v := range side {
			others[k] -= row[j] * float64(v)
		}
	}
}
