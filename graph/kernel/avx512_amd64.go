//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

// avx512Set is AVX-512 F, DQ and VL with all that the set of AVX2 has, and POPCNT, which counts the ones of masks: thirty-two vectors of
// 64 bytes. Strips too narrow for its squares take those of AVX2, and so do products of few rows and those where half a vector of columns
// is left.
func avx512Set() set {
	return set{
		name:     "avx512",
		runsHere: hasAVX2() && cpu.X86.HasPOPCNT && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL,
		f64: kernels[float64]{
			mixture: vectorMixture(8, mixtureAsm[float64]{
				prepare: prepareF64AVX512, sums: sumsF64AVX512, sumsEach: sumsEachF64AVX512,
				bends: bendsF64AVX512, bendsEach: bendsEachF64AVX512, ends: endsF64AVX512, endsEach: endsEachF64AVX512, tails: tailsF64AVX512, tailsEach: tailsEachF64AVX512, step: stepF64AVX512,
				score:    scoreF64AVX512,
				upstream: upstreamF64AVX512, slopes: slopesF64AVX512, slopesEach: slopesEachF64AVX512, totals: totalsF64AVX512,
			}),
			normal: normalKernels[float64]{lanes: 8, logCDF: logCDFF64AVX512, quantile: quantileF64AVX512, exp: expF64AVX512},
			gemm: gemmKernels[float64]{lanes: 8, tiles: [3][]gemmTile[float64]{{
				gemm1F64AVX512, gemm2F64AVX512, gemm3F64AVX512, gemm4F64AVX512, gemm5F64AVX512, gemm6F64AVX512, gemm7F64AVX512, gemm8F64AVX512, gemm9F64AVX512, gemm10F64AVX512, gemm11F64AVX512, gemm12F64AVX512,
			}, {
				gemm1NarrowF64AVX512, gemm2NarrowF64AVX512, gemm3NarrowF64AVX512, gemm4NarrowF64AVX512, gemm5NarrowF64AVX512, gemm6NarrowF64AVX512, gemm7NarrowF64AVX512, gemm8NarrowF64AVX512, gemm9NarrowF64AVX512, gemm10NarrowF64AVX512, gemm11NarrowF64AVX512, gemm12NarrowF64AVX512,
			}, {
				gemm1NarrowF64AVX2, gemm2NarrowF64AVX2, gemm3NarrowF64AVX2, gemm4NarrowF64AVX2, gemm5NarrowF64AVX2, gemm6NarrowF64AVX2, gemm7NarrowF64AVX2, gemm8NarrowF64AVX2,
			}}, nonzero: nonzeroF64AVX512, where: gemmWhereF64AVX512, spread: spreadDotsF64AVX512, few: rowsF64AVX2, sparse: rowTiles[float64]{rows: 2, lanes: 8, tiles: []rowTile[float64]{
				gemmByRows1F64AVX512, gemmByRows2F64AVX512, gemmByRows3F64AVX512, gemmByRows4F64AVX512, gemmByRows5F64AVX512, gemmByRows6F64AVX512,
				gemmByRows7F64AVX512, gemmByRows8F64AVX512,
			}}},
			squares: []squareKernel[float64]{{8, turnF64AVX512}, {4, turnF64AVX2}},
			vector: vectorKernels[float64]{
				lanes: 8, reluSlope: reluSlopeF64AVX512, accumulate: accumulateF64AVX512, sum: sumF64AVX512, difference: differenceF64AVX512, product: productF64AVX512, scaled: scaledF64AVX512, columnSum: columnSumF64AVX512, columnSums: columnSumsF64AVX512,
				squares: squaresF64AVX512, adam: adamF64AVX512,
			},
		},
		f32: kernels[float32]{
			mixture: vectorMixture(16, mixtureAsm[float32]{
				prepare: prepareF32AVX512, sums: sumsF32AVX512, sumsEach: sumsEachF32AVX512,
				bends: bendsF32AVX512, bendsEach: bendsEachF32AVX512, ends: endsF32AVX512, endsEach: endsEachF32AVX512, tails: tailsF32AVX512, tailsEach: tailsEachF32AVX512, step: stepF32AVX512,
				score:    scoreF32AVX512,
				upstream: upstreamF32AVX512, slopes: slopesF32AVX512, slopesEach: slopesEachF32AVX512, totals: totalsF32AVX512,
			}),
			normal: normalKernels[float32]{lanes: 16, logCDF: logCDFF32AVX512, quantile: quantileF32AVX512, exp: expF32AVX512},
			gemm: gemmKernels[float32]{lanes: 16, tiles: [3][]gemmTile[float32]{{
				gemm1F32AVX512, gemm2F32AVX512, gemm3F32AVX512, gemm4F32AVX512, gemm5F32AVX512, gemm6F32AVX512, gemm7F32AVX512, gemm8F32AVX512, gemm9F32AVX512, gemm10F32AVX512, gemm11F32AVX512, gemm12F32AVX512,
			}, {
				gemm1NarrowF32AVX512, gemm2NarrowF32AVX512, gemm3NarrowF32AVX512, gemm4NarrowF32AVX512, gemm5NarrowF32AVX512, gemm6NarrowF32AVX512, gemm7NarrowF32AVX512, gemm8NarrowF32AVX512, gemm9NarrowF32AVX512, gemm10NarrowF32AVX512, gemm11NarrowF32AVX512, gemm12NarrowF32AVX512,
			}, {
				gemm1NarrowF32AVX2, gemm2NarrowF32AVX2, gemm3NarrowF32AVX2, gemm4NarrowF32AVX2, gemm5NarrowF32AVX2, gemm6NarrowF32AVX2, gemm7NarrowF32AVX2, gemm8NarrowF32AVX2,
			}}, nonzero: nonzeroF32AVX512, where: gemmWhereF32AVX512, spread: spreadDotsF32AVX512, few: rowsF32AVX2, sparse: rowTiles[float32]{rows: 2, lanes: 16, tiles: []rowTile[float32]{
				gemmByRows1F32AVX512, gemmByRows2F32AVX512, gemmByRows3F32AVX512, gemmByRows4F32AVX512, gemmByRows5F32AVX512, gemmByRows6F32AVX512,
				gemmByRows7F32AVX512, gemmByRows8F32AVX512,
			}}},
			squares: []squareKernel[float32]{{16, turnF32AVX512}, {8, turnF32AVX2}},
			vector: vectorKernels[float32]{
				lanes: 16, reluSlope: reluSlopeF32AVX512, accumulate: accumulateF32AVX512, sum: sumF32AVX512, difference: differenceF32AVX512, product: productF32AVX512, scaled: scaledF32AVX512, columnSum: columnSumF32AVX512, columnSums: columnSumsF32AVX512,
				squares: squaresF32AVX512, adam: adamF32AVX512,
			},
		},
		em: vectorEM(32, 8, expectF64AVX512),
		spline: splineKernels{
			lanes: 8, widen: splineWidenF64AVX512, place: splinePlaceF64AVX512, find: splineFindF64AVX512, slopes: splineSlopesF64AVX512, forward: splineForwardF64AVX512, inverse: splineInverseF64AVX512,
			backward: splineBackwardF64AVX512, inverseBackward: splineInverseBackwardF64AVX512, takeBack: splineTakeBackF64AVX512,
		},
	}
}
