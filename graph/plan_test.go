package graph

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
)

// TestMixtureWithGradientIsComputedOnce: if a graph has the gradient of a mixture, the plan replaces the plain mixture by
// the op that keeps its values for the gradient, and the gradient does not read theta.
func TestMixtureWithGradientIsComputedOnce(t *testing.T) {
	const n, d, k = 16, 2, 3
	for _, learn := range []bool{false, true} {
		b := NewBuilder(Float64)
		x, in := b.Input("x", n, d), b.Input("theta", n, 3*d*k)
		theta := b.Scale(in, 0.5)
		z, logSlope := b.Mixture(x, theta, k, kernel.Clamp{})
		outputs := []*G.Node{z, logSlope}
		if learn {
			loss := b.SumLast(b.SumLast(b.Sum(z, logSlope)))
			outputs = append(outputs, b.Grad(loss, x, in)...)
		}
		if err := b.Err(); err != nil {
			t.Fatal(err)
		}
		p := newPlan(b, outputs)
		plain, keeping := 0, 0
		for _, node := range p.order {
			o, _ := node.Op().(op)
			switch o.spec.(type) {
			case mixture:
				if !p.isView(node) {
					plain++
				}
			case keptMixture:
				keeping++
			case ownMixtureSlope:
				for _, c := range p.children[node] {
					if c == theta {
						t.Error("the gradient reads theta")
					}
				}
			}
		}
		if learn && (plain != 0 || keeping != 1) || !learn && (plain != 1 || keeping != 0) {
			t.Errorf("learn = %v: %d plain mixtures and %d that keep", learn, plain, keeping)
		}
	}
}
