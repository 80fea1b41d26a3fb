//go:build !amd64 || purego

package kernel

func squares64() []squareKernel[float64] { return nil }

func squares32() []squareKernel[float32] { return nil }
