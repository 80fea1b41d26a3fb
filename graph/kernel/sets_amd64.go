//go:build amd64 && !purego

package kernel

// nativeSets are the vector kernels of this architecture, fastest first.
func nativeSets() []set { return []set{avx512Set(), avx2Set()} }
