package train

import "gaussflow/graph/kernel"

// A segment is a part of a parameter that one worker adds up and updates at a time. Segments do not depend on the number of
// workers, and therefore sums over them do not either.
type segment[T kernel.Float] struct {
	Part[T]
	param, lo, hi int     // the parameter's index and the range of its elements
	square        float64 // Σ g² of the current batch; NaN or Inf if an element is
}

const (
	segmentSize = 1 << 14
	// alone is the number of parameters up to which a single worker is faster than several.
	alone = 1 << 12
)

// segmentsOf cuts the parameter with index param into segments.
func segmentsOf[T kernel.Float](param int, whole Part[T]) (segments []segment[T]) {
	for lo := 0; lo < len(whole.Values); lo += segmentSize {
		hi := min(lo+segmentSize, len(whole.Values))
		part := Part[T]{whole.Name, whole.Values[lo:hi], whole.Grad[lo:hi], make([][]T, len(whole.State))}
		for i, s := range whole.State {
			part.State[i] = s[lo:hi]
		}
		segments = append(segments, segment[T]{Part: part, param: param, lo: lo, hi: hi})
	}
	return segments
}

// spread is the number of workers that share the segments: worker i takes segments i, i+spread, …. It is one if there
// are few.
func (e *engineOf[T]) spread() int {
	if e.size <= alone {
		return 1
	}
	return len(e.workers)
}

// addUp adds the gradients of the first shards workers, in their order, in the segments first, first+of, …, and computes
// their squares.
func (e *engineOf[T]) addUp(first, of, shards int) {
	for i := first; i < len(e.segments); i += of {
		s := &e.segments[i]
		for _, w := range e.workers[1:shards] {
			kernel.Accumulate(s.Grad, w.Grads()[s.param][s.lo:s.hi])
		}
		s.square = kernel.Squares(s.Grad)
	}
}

// apply updates the segments first, first+of, ….
func (e *engineOf[T]) apply(first, of int, u update) {
	for i := first; i < len(e.segments); i += of {
		s := &e.segments[i]
		e.rule(s.Part, u.rate, u.step)
		if u.average != nil {
			blend(u.average.average[s.param][s.lo:s.hi], s.Values, u.keep)
		}
	}
}
