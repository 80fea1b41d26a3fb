package graph

import "gaussflow/graph/kernel"

// A workspace is the scratch memory that the ops of a program share: they run one after another, so what one leaves in the
// cache the next finds there.
type workspace[T kernel.Float] struct {
	products   kernel.GemmSpace[T]
	mixtures   map[mixtureShape]*kernel.MixtureBatch[T]
	splines    map[splineShape]*kernel.Splines[T]
	reflectors map[[2]int]*kernel.Reflectors[T]
}

// mixtureShape is what tells MixtureBatches apart.
type mixtureShape struct {
	d, k   int
	perRow bool
	clamp  kernel.Clamp
}

// splineShape is what tells Splines apart.
type splineShape struct {
	family kernel.Spline
	d      int
}

func newWorkspace[T kernel.Float]() *workspace[T] {
	return &workspace[T]{
		mixtures: map[mixtureShape]*kernel.MixtureBatch[T]{}, splines: map[splineShape]*kernel.Splines[T]{},
		reflectors: map[[2]int]*kernel.Reflectors[T]{},
	}
}

func (w *workspace[T]) mixture(s mixtureShape) *kernel.MixtureBatch[T] {
	b := w.mixtures[s]
	if b == nil {
		b = kernel.NewMixtureBatch[T](s.d, s.k, s.perRow, s.clamp)
		w.mixtures[s] = b
	}
	return b
}

func (w *workspace[T]) spline(s splineShape) *kernel.Splines[T] {
	b := w.splines[s]
	if b == nil {
		b = kernel.NewSplines[T](s.family, s.d)
		w.splines[s] = b
	}
	return b
}

func (w *workspace[T]) reflector(r, d int) *kernel.Reflectors[T] {
	f := w.reflectors[[2]int{r, d}]
	if f == nil {
		f = kernel.NewReflectors[T](r, d)
		w.reflectors[[2]int{r, d}] = f
	}
	return f
}
