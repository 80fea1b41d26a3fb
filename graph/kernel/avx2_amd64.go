//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

// Tiles by rows; for products of few rows the set of AVX-512 has them too.
var (
	rowsF64AVX2 = rowTiles[float64]{rows: 1, lanes: 4, tiles: []rowTile[float64]{
		gemmByRows1F64AVX2, gemmByRows2F64AVX2, gemmByRows3F64AVX2, gemmByRows4F64AVX2, gemmByRows5F64AVX2, gemmByRows6F64AVX2,
		gemmByRows7F64AVX2, gemmByRows8F64AVX2, gemmByRows9F64AVX2, gemmByRows10F64AVX2, gemmByRows11F64AVX2, gemmByRows12F64AVX2,
	}}
	rowsF32AVX2 = rowTiles[float32]{rows: 1, lanes: 8, tiles: []rowTile[float32]{
		gemmByRows1F32AVX2, gemmByRows2F32AVX2, gemmByRows3F32AVX2, gemmByRows4F32AVX2, gemmByRows5F32AVX2, gemmByRows6F32AVX2,
		gemmByRows7F32AVX2, gemmByRows8F32AVX2, gemmByRows9F32AVX2, gemmByRows10F32AVX2, gemmByRows11F32AVX2, gemmByRows12F32AVX2,
	}}
)

// avx2Set is AVX2 with FMA, and BMI, which finds the ones of masks: sixteen vectors of 32 bytes.
func avx2Set() set {
	return set{
		name:     "avx2",
		runsHere: hasAVX2(),
		f64: kernels[float64]{
			mixture: vectorMixture(4, mixtureAsm[float64]{
				prepare: prepareF64AVX2, sums: sumsF64AVX2, sumsEach: sumsEachF64AVX2,
				bends: bendsF64AVX2, bendsEach: bendsEachF64AVX2, ends: endsF64AVX2, endsEach: endsEachF64AVX2, tails: tailsF64AVX2, tailsEach: tailsEachF64AVX2, step: stepF64AVX2,
				score:    scoreF64AVX2,
				upstream: upstreamF64AVX2, slopes: slopesF64AVX2, slopesEach: slopesEachF64AVX2, totals: totalsF64AVX2,
			}),
			normal: normalKernels[float64]{lanes: 4, logCDF: logCDFF64AVX2, quantile: quantileF64AVX2, exp: expF64AVX2},
			gemm: gemmKernels[float64]{lanes: 4, tiles: [3][]gemmTile[float64]{{
				gemm1F64AVX2, gemm2F64AVX2, gemm3F64AVX2, gemm4F64AVX2, gemm5F64AVX2, gemm6F64AVX2,
			}, {
				gemm1NarrowF64AVX2, gemm2NarrowF64AVX2, gemm3NarrowF64AVX2, gemm4NarrowF64AVX2, gemm5NarrowF64AVX2, gemm6NarrowF64AVX2, gemm7NarrowF64AVX2, gemm8NarrowF64AVX2,
			}}, nonzero: nonzeroF64AVX2, where: gemmWhereF64AVX2, spread: spreadDotsF64AVX2, sparse: rowsF64AVX2, few: rowsF64AVX2},
			squares: []squareKernel[float64]{{4, turnF64AVX2}},
			vector: vectorKernels[float64]{
				lanes: 4, reluSlope: reluSlopeF64AVX2, accumulate: accumulateF64AVX2, sum: sumF64AVX2, difference: differenceF64AVX2, product: productF64AVX2, scaled: scaledF64AVX2, columnSum: columnSumF64AVX2, columnSums: columnSumsF64AVX2,
				squares: squaresF64AVX2, adam: adamF64AVX2,
			},
		},
		f32: kernels[float32]{
			mixture: vectorMixture(8, mixtureAsm[float32]{
				prepare: prepareF32AVX2, sums: sumsF32AVX2, sumsEach: sumsEachF32AVX2,
				bends: bendsF32AVX2, bendsEach: bendsEachF32AVX2, ends: endsF32AVX2, endsEach: endsEachF32AVX2, tails: tailsF32AVX2, tailsEach: tailsEachF32AVX2, step: stepF32AVX2,
				score:    scoreF32AVX2,
				upstream: upstreamF32AVX2, slopes: slopesF32AVX2, slopesEach: slopesEachF32AVX2, totals: totalsF32AVX2,
			}),
			normal: normalKernels[float32]{lanes: 8, logCDF: logCDFF32AVX2, quantile: quantileF32AVX2, exp: expF32AVX2},
			gemm: gemmKernels[float32]{lanes: 8, tiles: [3][]gemmTile[float32]{{
				gemm1F32AVX2, gemm2F32AVX2, gemm3F32AVX2, gemm4F32AVX2, gemm5F32AVX2, gemm6F32AVX2,
			}, {
				gemm1NarrowF32AVX2, gemm2NarrowF32AVX2, gemm3NarrowF32AVX2, gemm4NarrowF32AVX2, gemm5NarrowF32AVX2, gemm6NarrowF32AVX2, gemm7NarrowF32AVX2, gemm8NarrowF32AVX2,
			}}, nonzero: nonzeroF32AVX2, where: gemmWhereF32AVX2, spread: spreadDotsF32AVX2, sparse: rowsF32AVX2, few: rowsF32AVX2},
			squares: []squareKernel[float32]{{8, turnF32AVX2}},
			vector: vectorKernels[float32]{
				lanes: 8, reluSlope: reluSlopeF32AVX2, accumulate: accumulateF32AVX2, sum: sumF32AVX2, difference: differenceF32AVX2, product: productF32AVX2, scaled: scaledF32AVX2, columnSum: columnSumF32AVX2, columnSums: columnSumsF32AVX2,
				squares: squaresF32AVX2, adam: adamF32AVX2,
			},
		},
		em: vectorEM(8, 4, expectF64AVX2),
		spline: splineKernels{
			lanes: 4, widen: splineWidenF64AVX2, place: splinePlaceF64AVX2, find: splineFindF64AVX2, slopes: splineSlopesF64AVX2, forward: splineForwardF64AVX2, inverse: splineInverseF64AVX2,
			backward: splineBackwardF64AVX2, inverseBackward: splineInverseBackwardF64AVX2, takeBack: splineTakeBackF64AVX2,
		},
	}
}

func hasAVX2() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI1 }
