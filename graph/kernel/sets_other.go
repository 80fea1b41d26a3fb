//go:build !(amd64 || arm64) || purego

package kernel

// nativeSets are the vector kernels of this architecture: none.
func nativeSets() []set { return nil }
