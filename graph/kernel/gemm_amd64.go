//go:build amd64 && !purego

package kernel

// allGemms64 and allGemms32 list what this processor can run, fastest first, gonum last.
func allGemms64() (all []gemmKernels[float64]) {
	if hasAVX512() {
		all = append(all, gemmKernels[float64]{"avx512", 8, []gemmTile[float64]{{12, gemm12F64AVX512}, {4, gemm4F64AVX512}, {1, gemm1F64AVX512}}, 4, transposeF64AVX2})
	}
	if hasAVX2() {
		all = append(all, gemmKernels[float64]{"avx2", 4, []gemmTile[float64]{{6, gemm6F64AVX2}, {1, gemm1F64AVX2}}, 4, transposeF64AVX2})
	}
	return append(all, gemmKernels[float64]{name: "gonum"})
}

func allGemms32() (all []gemmKernels[float32]) {
	if hasAVX512() {
		all = append(all, gemmKernels[float32]{"avx512", 16, []gemmTile[float32]{{12, gemm12F32AVX512}, {4, gemm4F32AVX512}, {1, gemm1F32AVX512}}, 8, transposeF32AVX2})
	}
	if hasAVX2() {
		all = append(all, gemmKernels[float32]{"avx2", 8, []gemmTile[float32]{{6, gemm6F32AVX2}, {1, gemm1F32AVX2}}, 8, transposeF32AVX2})
	}
	return append(all, gemmKernels[float32]{name: "gonum"})
}
