//go:build !amd64 || purego

package kernel

func allNormals64() []normalKernels[float64] { return []normalKernels[float64]{{name: "portable"}} }

func allNormals32() []normalKernels[float32] { return []normalKernels[float32]{{name: "portable"}} }
