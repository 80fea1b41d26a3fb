//go:build !amd64 || purego

package kernel

func emKernels() []emKernel { return []emKernel{portableEM()} }
