package kernel

// squareKernels transpose squares of side×side numbers, n in a line: element (i, p) of the first is at i·srs bytes + p of src
// and goes to p·drs bytes + i of dst; the next one is sstep bytes on in src and dstep in dst.
type squareKernels[T Float] struct {
	side int
	turn func(n int, src *T, srs, sstep int, dst *T, drs, dstep int)
}

var (
	squares64 = allSquares64()
	squares32 = allSquares32()
)

func squares[T Float]() *squareKernels[T] {
	return byType[T, *squareKernels[T]](&squares64, &squares32)
}

// transpose sets dst[p·drs + i] = src[i·srs + p] for i < rows, p < cols.
func (s *squareKernels[T]) transpose(rows, cols int, src []T, srs int, dst []T, drs int) {
	r, c := 0, 0 // that whole squares cover
	if s.side > 0 && rows >= s.side && cols >= s.side {
		r, c = rows/s.side*s.side, cols/s.side*s.side
		size := sizeOf[T]()
		for i := 0; i < r; i += s.side {
			s.turn(c/s.side, &src[i*srs], srs*size, s.side*size, &dst[i], drs*size, s.side*drs*size)
		}
	}
	for i := range rows {
		from := c
		if i >= r {
			from = 0
		}
		for p := from; p < cols; p++ {
			dst[p*drs+i] = src[i*srs+p]
		}
	}
}
