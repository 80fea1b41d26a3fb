package kernel

// A squareKernel transposes squares of side×side numbers, n in a line: element (i, p) of the first is at i·srs bytes + p of src
// and goes to p·drs bytes + i of dst; the next one is sstep bytes on in src and dstep in dst.
type squareKernel[T Float] struct {
	side int
	turn func(n int, src *T, srs, sstep int, dst *T, drs, dstep int)
}

// transpose sets dst[p·drs + i] = src[i·srs + p] for i < rows, p < cols.
func transpose[T Float](rows, cols int, src []T, srs int, dst []T, drs int) {
	transposeBy(chosen[T]().squares, rows, cols, src, srs, dst, drs)
}

// transposeBy takes as many of the largest squares as there are, and the strips that are left by smaller ones.
func transposeBy[T Float](squares []squareKernel[T], rows, cols int, src []T, srs int, dst []T, drs int) {
	for len(squares) > 0 && (rows < squares[0].side || cols < squares[0].side) {
		squares = squares[1:]
	}
	if len(squares) == 0 {
		transposeEach(rows, cols, src, srs, dst, drs)
		return
	}
	s := squares[0]
	r, c := rows/s.side*s.side, cols/s.side*s.side
	s.all(r, c, src, srs, dst, drs)
	if c < cols {
		transposeBy(squares[1:], r, cols-c, src[c:], srs, dst[c*drs:], drs)
	}
	if r < rows {
		transposeBy(squares[1:], rows-r, cols, src[r*srs:], srs, dst[r:], drs)
	}
}

// all transposes a matrix of whole squares, in lines along its longer side.
func (s squareKernel[T]) all(rows, cols int, src []T, srs int, dst []T, drs int) {
	size := sizeOf[T]()
	if rows > cols {
		for p := 0; p < cols; p += s.side {
			s.turn(rows/s.side, &src[p], srs*size, s.side*srs*size, &dst[p*drs], drs*size, s.side*size)
		}
		return
	}
	for i := 0; i < rows; i += s.side {
		s.turn(cols/s.side, &src[i*srs], srs*size, s.side*size, &dst[i], drs*size, s.side*drs*size)
	}
}

func transposeEach[T Float](rows, cols int, src []T, srs int, dst []T, drs int) {
	i := 0
	for ; i+4 <= rows; i += 4 { // four numbers that lie side by side in dst at a time
		r0, r1 := src[i*srs:][:cols], src[(i+1)*srs:][:cols]
		r2, r3 := src[(i+2)*srs:][:cols], src[(i+3)*srs:][:cols]
		at := i
		for p := range r0 {
			to := dst[at : at+4 : at+4]
			to[0], to[1], to[2], to[3] = r0[p], r1[p], r2[p], r3[p]
			at += drs
		}
	}
	for ; i < rows; i++ {
		row := src[i*srs:][:cols]
		if drs == 1 {
			copy(dst[i:], row)
			continue
		}
		for p, v := range row {
			dst[p*drs+i] = v
		}
	}
}
