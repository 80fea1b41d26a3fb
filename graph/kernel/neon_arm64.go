//go:build !purego

package kernel

// neonSet is NEON, which every arm64 has: thirty-two vectors of 16 bytes.
func neonSet() set {
	return set{
		name:     "neon",
		runsHere: true,
		f64: kernels[float64]{
			mixture: vectorMixture(2, mixtureAsm[float64]{
				prepare: prepareF64NEON, sums: sumsF64NEON, sumsEach: sumsEachF64NEON,
				bends: bendsF64NEON, bendsEach: bendsEachF64NEON, ends: endsF64NEON, endsEach: endsEachF64NEON, tails: tailsF64NEON, tailsEach: tailsEachF64NEON, step: stepF64NEON,
				score:    scoreF64NEON,
				upstream: upstreamF64NEON, slopes: slopesF64NEON, slopesEach: slopesEachF64NEON, totals: totalsF64NEON,
			}),
			normal: normalKernels[float64]{lanes: 2, logCDF: logCDFF64NEON, quantile: quantileF64NEON, exp: expF64NEON},
			gemm: gemmKernels[float64]{lanes: 2, tiles: [3][]gemmTile[float64]{{
				gemm1F64NEON, gemm2F64NEON, gemm3F64NEON, gemm4F64NEON, gemm5F64NEON, gemm6F64NEON, gemm7F64NEON, gemm8F64NEON,
			}, {
				gemm1NarrowF64NEON, gemm2NarrowF64NEON, gemm3NarrowF64NEON, gemm4NarrowF64NEON, gemm5NarrowF64NEON, gemm6NarrowF64NEON, gemm7NarrowF64NEON, gemm8NarrowF64NEON,
			}}},
			squares: []squareKernel[float64]{{2, turnF64NEON}},
			vector: vectorKernels[float64]{
				lanes: 2, reluSlope: reluSlopeF64NEON, accumulate: accumulateF64NEON, sum: sumF64NEON, difference: differenceF64NEON, product: productF64NEON, scaled: scaledF64NEON, columnSum: columnSumF64NEON,
				squares: squaresF64NEON, adam: adamF64NEON,
			},
		},
		f32: kernels[float32]{
			mixture: vectorMixture(4, mixtureAsm[float32]{
				prepare: prepareF32NEON, sums: sumsF32NEON, sumsEach: sumsEachF32NEON,
				bends: bendsF32NEON, bendsEach: bendsEachF32NEON, ends: endsF32NEON, endsEach: endsEachF32NEON, tails: tailsF32NEON, tailsEach: tailsEachF32NEON, step: stepF32NEON,
				score:    scoreF32NEON,
				upstream: upstreamF32NEON, slopes: slopesF32NEON, slopesEach: slopesEachF32NEON, totals: totalsF32NEON,
			}),
			normal: normalKernels[float32]{lanes: 4, logCDF: logCDFF32NEON, quantile: quantileF32NEON, exp: expF32NEON},
			gemm: gemmKernels[float32]{lanes: 4, tiles: [3][]gemmTile[float32]{{
				gemm1F32NEON, gemm2F32NEON, gemm3F32NEON, gemm4F32NEON, gemm5F32NEON, gemm6F32NEON, gemm7F32NEON, gemm8F32NEON,
			}, {
				gemm1NarrowF32NEON, gemm2NarrowF32NEON, gemm3NarrowF32NEON, gemm4NarrowF32NEON, gemm5NarrowF32NEON, gemm6NarrowF32NEON, gemm7NarrowF32NEON, gemm8NarrowF32NEON,
			}}},
			squares: []squareKernel[float32]{{4, turnF32NEON}},
			vector: vectorKernels[float32]{
				lanes: 4, reluSlope: reluSlopeF32NEON, accumulate: accumulateF32NEON, sum: sumF32NEON, difference: differenceF32NEON, product: productF32NEON, scaled: scaledF32NEON, columnSum: columnSumF32NEON,
				squares: squaresF32NEON, adam: adamF32NEON,
			},
		},
		em: vectorEM(8, 2, expectF64NEON),
		spline: splineKernels{
			lanes: 2, widen: splineWidenF64NEON, place: splinePlaceF64NEON, find: splineFindF64NEON, slopes: splineSlopesF64NEON, forward: splineForwardF64NEON, inverse: splineInverseF64NEON,
			backward: splineBackwardF64NEON, inverseBackward: splineInverseBackwardF64NEON, takeBack: splineTakeBackF64NEON,
		},
	}
}
