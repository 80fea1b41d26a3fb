package graph

import "gaussflow/graph/kernel"

// A workspace is the scratch memory that the ops of a program share: they run one after another, so what one leaves in the
// cache the next finds there.
type workspace[T kernel.Float] struct {
	products kernel.GemmSpace[T]
	scratch  map[any]any
}

func newWorkspace[T kernel.Float]() *workspace[T] { return &workspace[T]{scratch: map[any]any{}} }

// scratchOf is the scratch memory of an op whose key is of a type of its own and says what tells its sizes apart; it is made once.
func scratchOf[S any, T kernel.Float](w *workspace[T], key any, make func() S) S {
	s, ok := w.scratch[key].(S)
	if !ok {
		s = make()
		w.scratch[key] = s
	}
	return s
}
