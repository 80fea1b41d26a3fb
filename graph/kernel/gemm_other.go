//go:build !amd64 || purego

package kernel

func allGemms64() []gemmKernels[float64] { return []gemmKernels[float64]{{name: "gonum"}} }

func allGemms32() []gemmKernels[float32] { return []gemmKernels[float32]{{name: "gonum"}} }
