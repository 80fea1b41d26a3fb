package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// stockAdd is the printed form of Gorgonia's addition, whose type is not exported.
var stockAdd = func() string {
	g := G.NewGraph()
	v := func(name string) *G.Node { return G.NewVector(g, tensor.Float64, G.WithShape(2), G.WithName(name)) }
	n, err := G.Add(v("a"), v("b"))
	if err != nil {
		return "" // additions then run through Do, which is slower
	}
	return printed(n.Op())
}()

func printed(o G.Op) string { return fmt.Sprintf("%T %v", o, o) }

// isStockAdd recognizes Gorgonia's addition by its printed form. Printing is slow, so it is done only for ops that are
// not ours.
func isStockAdd(o G.Op) bool {
	_, ours := o.(op)
	return !ours && printed(o) == stockAdd
}

// stockStep runs an op that is not ours through its Do, on copies of its inputs, because some of Gorgonia's ops write
// into their inputs. Errors begin with the name of the part of the graph.
func (e *engineOf[T]) stockStep(part string, o G.Op, out array[T], in []array[T]) func() error {
	return func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("graph: %s%v: panic%s: %v", part, o, panicSite(), r)
			}
		}()
		values := make([]G.Value, len(in))
		for i, a := range in {
			if len(a.shape) == 0 {
				values[i] = e.scalar(a.data[0])
				continue
			}
			values[i] = tensor.New(tensor.WithShape(a.shape...), tensor.WithBacking(append([]T(nil), a.data...)))
		}
		v, err := o.Do(values...)
		if err != nil {
			return fmt.Errorf("graph: %s%v: %w", part, o, err)
		}
		copy(out.data, valueOf[T](v))
		return nil
	}
}
