//go:build !amd64 || purego

package kernel

func allSquares64() (s squareKernels[float64]) { return s }

func allSquares32() (s squareKernels[float32]) { return s }
