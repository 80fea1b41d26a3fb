//go:build amd64 && !purego

package kernel

// allVectors64 and allVectors32 list what this processor can run, fastest first, the portable ones last.
func allVectors64() (all []vectorKernels[float64]) {
	if hasAVX512() {
		all = append(all, vectorKernels[float64]{"avx512", 8, reluSlopeF64AVX512, accumulateF64AVX512, columnSumF64AVX512, squaresF64AVX512, adamF64AVX512})
	}
	if hasAVX2() {
		all = append(all, vectorKernels[float64]{"avx2", 4, reluSlopeF64AVX2, accumulateF64AVX2, columnSumF64AVX2, squaresF64AVX2, adamF64AVX2})
	}
	return append(all, vectorKernels[float64]{name: "portable"})
}

func allVectors32() (all []vectorKernels[float32]) {
	if hasAVX512() {
		all = append(all, vectorKernels[float32]{"avx512", 16, reluSlopeF32AVX512, accumulateF32AVX512, columnSumF32AVX512, squaresF32AVX512, adamF32AVX512})
	}
	if hasAVX2() {
		all = append(all, vectorKernels[float32]{"avx2", 8, reluSlopeF32AVX2, accumulateF32AVX2, columnSumF32AVX2, squaresF32AVX2, adamF32AVX2})
	}
	return append(all, vectorKernels[float32]{name: "portable"})
}
