package kernel

import "math"

// normalKernels are functions of the standard normal over whole vectors of `lanes` numbers. far is not 0 if there may be a
// number outside their domain, what they wrote of which is wrong. Without lanes there are none.
type normalKernels[T Float] struct {
	lanes    int
	logCDF   func(n int, x, y *T) (far int)
	quantile func(n int, x, y *T) (far int)
	exp      func(n int, x, y *T) (far int)
}

func normals[T Float]() *normalKernels[T] { return &chosen[T]().normal }

// LogCDFs writes log Φ of each x to y, which is not x: LogCDF to the accuracy of T.
func LogCDFs[T Float](y, x []T) { normals[T]().logCDFs(y, x) }

func (k *normalKernels[T]) logCDFs(y, x []T) {
	k.each(y, x, k.logCDF, LogCDF, func(v T) bool { return v >= -1e8 && v <= 12.9 })
}

// Quantiles writes Φ⁻¹(p) of each log p in x to y, which is not x: Quantile to the accuracy of T.
func Quantiles[T Float](y, x []T) { normals[T]().quantiles(y, x) }

func (k *normalKernels[T]) quantiles(y, x []T) {
	k.each(y, x, k.quantile, Quantile, func(v T) bool { return v >= -676 && v <= -1e-37 })
}

// Exps writes eˣ of each x to y, which is not x: to two ulps of T, and to what half an ulp of x makes of it. What a number's is does
// not depend on where it stands.
func Exps[T Float](y, x []T) { normals[T]().exps(y, x) }

func (k *normalKernels[T]) exps(y, x []T) {
	whole := len(x)
	if k.lanes > 0 {
		whole = len(x) / k.lanes * k.lanes
	}
	limit := T(708)
	if sizeOf[T]() == 4 {
		limit = 87
	}
	inside := func(v T) bool { return v >= -limit && v <= limit }
	k.each(y[:whole], x[:whole], k.exp, math.Exp, inside)
	if whole < len(x) {
		rest := restOf[T]()
		copy(rest.in[:], x[whole:])
		k.each(rest.out[:k.lanes], rest.in[:k.lanes], k.exp, math.Exp, inside)
		copy(y[whole:], rest.out[:])
		keepRest(rest)
	}
}

// A rest is room for the numbers that do not fill a vector: as long as the longest one. What is handed to a kernel does not stay on
// the stack, so that rests are kept from call to call: a few of float32 and of float64, by whichever goroutine has no use for one.
type rest[T Float] struct{ in, out [16]T }

var rests = [2]chan any{make(chan any, 64), make(chan any, 64)}

func restOf[T Float]() *rest[T] {
	select {
	case r := <-rests[sizeOf[T]()/8]:
		return r.(*rest[T])
	default:
		return &rest[T]{}
	}
}

func keepRest[T Float](r *rest[T]) {
	select {
	case rests[sizeOf[T]()/8] <- r:
	default:
	}
}

// each runs a kernel over whole vectors, and the scalar function over the rest and over what is not surely inside.
func (k *normalKernels[T]) each(y, x []T, vector func(n int, x, y *T) int, scalar func(float64) float64, inside func(T) bool) {
	done, far := 0, 0
	if k.lanes > 0 && len(x) >= k.lanes {
		n := len(x) / k.lanes
		done, far = n*k.lanes, vector(n, &x[0], &y[0])
	}
	if far != 0 {
		for i, v := range x[:done] {
			if !inside(v) {
				y[i] = T(scalar(float64(v)))
			}
		}
	}
	for i := done; i < len(x); i++ {
		y[i] = T(scalar(float64(x[i])))
	}
}
