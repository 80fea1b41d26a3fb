package kernel

// Float is the storage type of a model: what tensors hold.
type Float interface{ float32 | float64 }

// sizeOf is the number of bytes of a T.
func sizeOf[T Float]() int {
	if _, ok := any(T(0)).(float32); ok {
		return 4
	}
	return 8
}

// byType is whichever of two values of one kind, of float64 and of float32, is of T.
func byType[T Float, V any](of64, of32 any) V {
	if sizeOf[T]() == 4 {
		return of32.(V)
	}
	return of64.(V)
}
