package kernel

import "unsafe"

// cacheLine is also the size of the widest vectors: a vector that starts at a line never spans two.
const cacheLine = 64

// Aligned makes n zeros that start at a cache line.
func Aligned[T Float](n int) []T {
	size := sizeOf[T]()
	block := make([]T, n+cacheLine/size-1)
	off := 0
	if n > 0 {
		if past := int(uintptr(unsafe.Pointer(&block[0])) % cacheLine); past > 0 {
			off = (cacheLine - past) / size
		}
	}
	return block[off : off+n : off+n]
}
