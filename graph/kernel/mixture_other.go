//go:build !amd64 || purego

package kernel

func mixtures64() []mixtureKernels[float64] {
	return []mixtureKernels[float64]{portableMixture[float64]()}
}

func mixtures32() []mixtureKernels[float32] {
	return []mixtureKernels[float32]{portableMixture[float32]()}
}
