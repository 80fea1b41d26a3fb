//go:build !amd64 || purego

package kernel

func allVectors64() []vectorKernels[float64] { return []vectorKernels[float64]{{name: "portable"}} }

func allVectors32() []vectorKernels[float32] { return []vectorKernels[float32]{{name: "portable"}} }
