package graph

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Functions of one number, element by element, for transforms and bases.

// LogOnePlusSquare is log(1 + x²), without overflow.
func (b *Builder) LogOnePlusSquare(x *G.Node) *G.Node {
	return b.apply(activate{logOnePlusSquareFn}, x)
}

// StudentConstant is log Γ((ν+1)/2) − log Γ(ν/2) − ½ log νπ as a function of log ν: the log-density of Student's t at
// its centre.
func (b *Builder) StudentConstant(logNu *G.Node) *G.Node {
	return b.apply(activate{studentConstantFn}, logNu)
}

// Sinh is the hyperbolic sine.
func (b *Builder) Sinh(x *G.Node) *G.Node { return b.apply(activate{sinhFn}, x) }

// Asinh is the inverse of Sinh.
func (b *Builder) Asinh(x *G.Node) *G.Node { return b.apply(activate{asinhFn}, x) }

// LogCosh is log cosh x, without overflow.
func (b *Builder) LogCosh(x *G.Node) *G.Node { return b.apply(activate{logCoshFn}, x) }

// Softplus is log(1 + exp x), without overflow.
func (b *Builder) Softplus(x *G.Node) *G.Node { return b.apply(activate{softplusFn}, x) }

// SignedLog is log(1 + x) for x ≥ 0 and −log(1 − x) for x < 0.
func (b *Builder) SignedLog(x *G.Node) *G.Node { return b.apply(activate{signedLogFn}, x) }

// SignedExp is the inverse of SignedLog, exp(x) − 1 for x ≥ 0 and 1 − exp(−x) for x < 0.
func (b *Builder) SignedExp(x *G.Node) *G.Node { return b.apply(activate{signedExpFn}, x) }

// Abs is |x|.
func (b *Builder) Abs(x *G.Node) *G.Node { return b.apply(activate{absFn}, x) }

// ExpRelative is (exp(x) − 1)/x, which is 1 at 0.
func (b *Builder) ExpRelative(x *G.Node) *G.Node { return b.apply(activate{expRelativeFn}, x) }

// LogRelative is log(1 + x)/x, which is 1 at 0; x must be greater than −1.
func (b *Builder) LogRelative(x *G.Node) *G.Node { return b.apply(activate{logRelativeFn}, x) }

// Log is the natural logarithm; x must be positive.
func (b *Builder) Log(x *G.Node) *G.Node { return b.apply(activate{logFn}, x) }

// Sqrt is the square root; x must be positive.
func (b *Builder) Sqrt(x *G.Node) *G.Node { return b.apply(activate{sqrtFn}, x) }

// Invert is 1/x; x must not be zero.
func (b *Builder) Invert(x *G.Node) *G.Node { return b.apply(activate{inverseFn}, x) }

// LogStep is 0 for x ≥ 0 and −Inf for x < 0: the logarithm of the indicator of x ≥ 0. Its slope is 0.
func (b *Builder) LogStep(x *G.Node) *G.Node { return b.apply(activate{logStepFn}, x) }

// shift adds a constant.
type shift struct{ by float64 }

// Shift is x + c.
func (b *Builder) Shift(x *G.Node, c float64) *G.Node { return b.apply(shift{c}, x) }

func (s shift) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s shift) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) { return G.Nodes{g}, nil }

func (s shift) kernels() kernels { return both(s, bindShift, bindShift) }

func bindShift[T kernel.Float](s shift, out array[T], in []array[T]) func() {
	by := T(s.by)
	return func() {
		for i, x := range in[0].data {
			out.data[i] = x + by
		}
	}
}

// wrap moves numbers into an interval by multiples of its length.
type wrap struct{ lo, hi float64 }

// Wrap moves x into [lo, hi): x + n·(hi − lo) for an integer n. Its slope is 1.
func (b *Builder) Wrap(x *G.Node, lo, hi float64) *G.Node { return b.apply(wrap{lo, hi}, x) }

func (s wrap) shape(in []tensor.Shape) (tensor.Shape, error) {
	if !(s.hi > s.lo) || math.IsInf(s.hi-s.lo, 0) {
		return nil, fmt.Errorf("from %v to %v, want an interval", s.lo, s.hi)
	}
	return in[0].Clone(), nil
}

func (s wrap) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) { return G.Nodes{g}, nil }

func (s wrap) kernels() kernels { return both(s, bindWrap, bindWrap) }

func bindWrap[T kernel.Float](s wrap, out array[T], in []array[T]) func() {
	return func() {
		for i, x := range in[0].data {
			out.data[i] = T(kernel.Wrap(float64(x), s.lo, s.hi))
		}
	}
}
