//go:build !purego

package kernel

// nativeSets are the vector kernels of this architecture, fastest first.
func nativeSets() []set { return []set{neonSet()} }
