//go:build amd64 && !purego

package kernel

// squares64 and squares32 list what this processor can run, the largest squares first.
func squares64() (all []squareKernel[float64]) {
	if hasAVX512() {
		all = append(all, squareKernel[float64]{8, turnF64AVX512})
	}
	if hasAVX2() {
		all = append(all, squareKernel[float64]{4, turnF64AVX2})
	}
	return all
}

func squares32() (all []squareKernel[float32]) {
	if hasAVX512() {
		all = append(all, squareKernel[float32]{16, turnF32AVX512})
	}
	if hasAVX2() {
		all = append(all, squareKernel[float32]{8, turnF32AVX2})
	}
	return all
}
