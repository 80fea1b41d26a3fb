//go:build amd64 && !purego

package kernel

func allSquares64() (s squareKernels[float64]) {
	if hasAVX2() {
		s = squareKernels[float64]{4, turnF64AVX2}
	}
	return s
}

func allSquares32() (s squareKernels[float32]) {
	if hasAVX2() {
		s = squareKernels[float32]{8, turnF32AVX2}
	}
	return s
}
