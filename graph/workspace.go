package graph

import "gaussflow/graph/kernel"

// A workspace is the scratch memory that the ops of a program share. The ops run one after another, so the memory is still
// in the cache when the next op uses it.
type workspace[T kernel.Float] struct {
	products kernel.GemmSpace[T]
	scratch  map[any]any
	stage    *stage
}

// A stage is the part of a program that a run computes, if it is run in stages: the columns of its masked layers of one degree. Others
// are left as a run of their own stage has set them.
type stage struct{ degree int }

func newWorkspace[T kernel.Float]() *workspace[T] { return &workspace[T]{scratch: map[any]any{}} }

// scratchOf is the scratch memory for a key, made once. The key's type must be specific to the op, and its value to the size.
func scratchOf[S any, T kernel.Float](w *workspace[T], key any, make func() S) S {
	s, ok := w.scratch[key].(S)
	if !ok {
		s = make()
		w.scratch[key] = s
	}
	return s
}
