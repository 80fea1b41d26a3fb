package kernel

import "testing"

// TestTranspose: the square kernels of every set transpose whole squares and the strips of every width that remain.
func TestTranspose(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkTranspose(t, s.f64.squares) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkTranspose(t, s.f32.squares) })
	}
}

func checkTranspose[T Float](t *testing.T, squares []squareKernel[T]) {
	const most, gap = 37, 3 // the gap between rows, which transposing must not write
	for rows := range most {
		for cols := range most {
			srs, drs := cols+gap, rows+gap
			src, dst := make([]T, rows*srs), make([]T, cols*drs)
			for i := range src {
				src[i] = T(i + 1)
			}
			transposeBy(squares, rows, cols, src, srs, dst, drs)
			for p := range cols {
				for i := range drs {
					want := T(0)
					if i < rows {
						want = src[i*srs+p]
					}
					if dst[p*drs+i] != want {
						t.Fatalf("%d×%d: element (%d, %d) = %v, want %v", rows, cols, p, i, dst[p*drs+i], want)
					}
				}
			}
		}
	}
}
