//go:build amd64 && !purego

package kernel

// emKernels lists what this processor can run, fastest first, the portable one last.
func emKernels() (all []emKernel) {
	if hasAVX512() {
		all = append(all, vectorEM("avx512", 32, 8, expectF64AVX512))
	}
	if hasAVX2() {
		all = append(all, vectorEM("avx2", 8, 4, expectF64AVX2))
	}
	return append(all, portableEM())
}

func vectorEM(name string, block, lanes int, expect func(blocks, k int, x, v, count, normals, terms, acc, moments, logDensity, total *float64)) emKernel {
	return emKernel{
		name: name, block: block, lanes: lanes,
		expect: func(c Cells, normals []Normal, terms, acc []float64, moments []Moments, logDensity []float64) (total float64) {
			expect(len(c.Mean)/block, len(normals), &c.Mean[0], &c.Variance[0], &c.Count[0], &normals[0].LogHeight,
				&terms[0], &acc[0], &moments[0].Mass, &logDensity[0], &total)
			return total
		},
	}
}
