//go:build amd64 && !purego

package kernel

// allNormals64 and allNormals32 list what this processor can run, fastest first, the portable ones last.
func allNormals64() (all []normalKernels[float64]) {
	if hasAVX512() {
		all = append(all, normalKernels[float64]{"avx512", 8, logCDFF64AVX512, quantileF64AVX512})
	}
	if hasAVX2() {
		all = append(all, normalKernels[float64]{"avx2", 4, logCDFF64AVX2, quantileF64AVX2})
	}
	return append(all, normalKernels[float64]{name: "portable"})
}

func allNormals32() (all []normalKernels[float32]) {
	if hasAVX512() {
		all = append(all, normalKernels[float32]{"avx512", 16, logCDFF32AVX512, quantileF32AVX512})
	}
	if hasAVX2() {
		all = append(all, normalKernels[float32]{"avx2", 8, logCDFF32AVX2, quantileF32AVX2})
	}
	return append(all, normalKernels[float32]{name: "portable"})
}
