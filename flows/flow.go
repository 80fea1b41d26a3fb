package flows

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/train"
)

// ErrNotBuilt is returned by the methods of a Flow that was not made by a constructor.
var ErrNotBuilt = errors.New("flows: the flow is not built: make it with New, NewGaussianization or NewCoupling")

// A Named is a layer with its name in the flow, as "block0.rotation".
type Named struct {
	Name  string
	Layer layers.Bijector
}

// A Flow is an invertible map from data x to latents z that have a known density, the base. So the density of
// x is exact:
//
//	log p(x) = log p_base(z) + log|det ∂z/∂x|,  nats.
//
// The base is the standard normal, log p_base(z) = Σ_i log φ(z_i), unless another is given: see NewWithBase.
//
// A flow with a Conditional layer is a density p(x | context). The rows that it reads are x with the context beside it: see
// Given.
//
// LogProb, Sample and the other readers may run concurrently with each other. Fit and InitFrom write the
// parameters and must not run beside any other method.
type Flow struct {
	Metadata Metadata // not used in any computation; not to be written while another goroutine saves

	names   []string
	chain   *layers.Chain
	leaves  []Named       // the layers that rows pass one after another: see leaves
	flat    *layers.Chain // the chain of leaves
	base    bases.Base
	dtype   graph.Dtype
	trainer *train.Trainer

	unverified bool // see Unverified

	compile train.Config // what trainer was made with
	asRead  recipe       // what the file that the flow was loaded from says
	warm    bool         // the parameters have been fitted or loaded: see WarmupRows

	forward, inverse, shaken, logProb, logProbGrad, sample, steps *graph.RowFunc

	there, back, domain *graph.RowFunc // find rows outside a layer's domain: see ways
}

// New makes a flow of layers, in order from data to latents, all of one width and dtype, with a standard
// normal base.
func New(named ...Named) (*Flow, error) { return NewWithBase(nil, named...) }

// NewWithBase is New with the given base; nil is the standard normal. The base's parameters, if any, are trained with the
// layers'. In a file their names begin with "base.", so no layer may be called base then.
func NewWithBase(base bases.Base, named ...Named) (*Flow, error) {
	f := &Flow{}
	seen := map[string]bool{}
	for i, n := range named {
		if n.Name == "" || seen[n.Name] {
			return nil, fmt.Errorf("flows: New: layer %d has the name %q, want a name of its own", i, n.Name)
		}
		seen[n.Name] = true
		f.names = append(f.names, n.Name)
	}
	var err error
	if f.chain, err = layers.NewChain(bijectorsOf(named)...); err != nil {
		return nil, fmt.Errorf("flows: New: %w", err)
	}
	f.leaves = leaves(named)
	if f.flat, err = layers.NewChain(bijectorsOf(f.leaves)...); err != nil {
		return nil, fmt.Errorf("flows: New: %w", err)
	}
	if f.base = base; base == nil {
		if f.base, err = bases.NewStandardNormal(f.chain.Dim()); err != nil {
			return nil, fmt.Errorf("flows: New: %w", err)
		}
	}
	if defaults.IsNil(f.base) {
		return nil, fmt.Errorf("flows: NewWithBase: the base is a nil %T, want one that is made, or nil itself for the standard normal", base)
	}
	if err := f.checkBase(); err != nil {
		return nil, fmt.Errorf("flows: NewWithBase: %w", err)
	}
	f.dtype = graph.Float64
	for i, p := range f.Params() {
		if i == 0 {
			f.dtype = p.Dtype()
		}
		if p.Dtype() != f.dtype {
			return nil, fmt.Errorf("flows: New: parameter %s is %s, want %s as the first", p.Name, p.Dtype(), f.dtype)
		}
	}
	f.compileReaders()
	return f, nil
}

func bijectorsOf(named []Named) (bijectors []layers.Bijector) {
	for _, n := range named {
		bijectors = append(bijectors, n.Layer)
	}
	return bijectors
}

// checkBase reports a base that does not fit the layers.
func (f *Flow) checkBase() (err error) {
	defer defaults.HalfMade(&err, fmt.Sprintf("the base, a %T, ", f.base))
	if d := f.base.Dim(); d != f.chain.Dim() {
		return fmt.Errorf("the base has %d columns, want %d as the layers", d, f.chain.Dim())
	}
	if b, c := bases.ContextDim(f.base), f.chain.ContextDim(); b != 0 && c != 0 && b != c {
		return fmt.Errorf("the base reads a context of %d numbers, want %d as the layers", b, c)
	}
	params := f.base.Params()
	if slices.Contains(params, nil) {
		return errors.New("the base has a nil among its parameters")
	}
	if len(params) > 0 && slices.Contains(f.names, baseName) {
		return fmt.Errorf("a layer has the name %q, want another one: it is the base's", baseName)
	}
	return nil
}

// baseName is the prefix of the names of the base's tensors.
const baseName = "base"

// Base is the flow's base; nil if the flow is not built.
func (f *Flow) Base() bases.Base {
	if !f.built() {
		return nil
	}
	return f.base
}

// logBase is log p of z (N×d) under the base, a vector of N. It is computed nowhere else.
func (f *Flow) logBase(b *graph.Builder, z, context *G.Node) (logProb *G.Node) {
	b.Within(func() {
		logProb = f.base.LogProb(b, z, context)
		if b.Err() == nil && (logProb == nil || !logProb.Shape().Eq(z.Shape()[:1])) {
			b.Fail(errors.New("LogProb built no node of one number a row"))
		}
	}, "base %T", f.base)
	return logProb
}

// LogProbNodes builds z (N×d) and log p(x | context) (N) of a batch x (N×d), for graphs of one's own. The context is N×c, or nil if
// the flow has none.
func (f *Flow) LogProbNodes(b *graph.Builder, x, context *G.Node) (z, logProb *G.Node) {
	if !f.built() {
		b.Fail(fmt.Errorf("flows: LogProbNodes: %w", ErrNotBuilt))
		return nil, nil
	}
	z, logDet := f.chain.Forward(b, x, context)
	return z, b.Sum(f.logBase(b, z, context), logDet)
}

// SampleNodes builds x (N×d) and log p(x | context) (N) of a batch z (N×d) drawn from the base, for graphs of one's own. It is the
// inverse of LogProbNodes.
func (f *Flow) SampleNodes(b *graph.Builder, z, context *G.Node) (x, logProb *G.Node) {
	if !f.built() {
		b.Fail(fmt.Errorf("flows: SampleNodes: %w", ErrNotBuilt))
		return nil, nil
	}
	x, logDet := f.chain.Inverse(b, z, context)
	return x, b.Sub(f.logBase(b, z, context), logDet)
}

// built reports whether a constructor made f.
func (f *Flow) built() bool { return f != nil && f.chain != nil }

// Unverified reports whether the flow comes from a file without a checksum, as older versions wrote them: such a file cannot
// show that its numbers are those that were saved. Save always writes a checksum.
func (f *Flow) Unverified() bool { return f != nil && f.unverified }

// Dim is d, the number of columns; 0 if the flow is not built.
func (f *Flow) Dim() int {
	if !f.built() {
		return 0
	}
	return f.chain.Dim()
}

// ContextDim is c, the number of context values of each row of a conditional flow; 0 for any other.
func (f *Flow) ContextDim() int {
	if !f.built() {
		return 0
	}
	return max(f.chain.ContextDim(), bases.ContextDim(f.base))
}

// width is how many numbers a row that the flow reads has: those of x, then those of the context.
func (f *Flow) width() int { return f.Dim() + f.ContextDim() }

// split cuts rows (N×width) into x (N×d) and the context (N×c), which is nil if the flow has none.
func (f *Flow) split(b *graph.Builder, rows *G.Node) (x, context *G.Node) {
	if f.ContextDim() == 0 {
		return rows, nil
	}
	if graph.Cols(rows) != f.width() {
		b.Fail(fmt.Errorf("flows: got rows of %d numbers, want %d", graph.Cols(rows), f.width()))
		return nil, nil
	}
	return b.Apart(rows, f.Dim())
}

// Dtype is the storage type of parameters and graphs.
func (f *Flow) Dtype() graph.Dtype {
	if !f.built() {
		return ""
	}
	return f.dtype
}

// Params are the parameters of all layers in order, then those of the base. A shared parameter is
// listed once.
func (f *Flow) Params() []*graph.Param {
	if !f.built() {
		return nil
	}
	params := f.chain.Params()
	for _, p := range f.base.Params() {
		if !slices.Contains(params, p) {
			params = append(params, p)
		}
	}
	return params
}

// Layers are the layers in order, with their names.
func (f *Flow) Layers() []Named {
	if !f.built() {
		return nil
	}
	var named []Named
	for i, l := range f.chain.Layers() {
		named = append(named, Named{f.names[i], l})
	}
	return named
}

// Terms makes a Flow a train.Model: its output is z, and its layer losses are the −logDet of each layer. The rows of a
// conditional flow are x with the context beside it.
func (f *Flow) Terms(b *graph.Builder, rows *G.Node) losses.Terms {
	if !f.built() {
		b.Fail(fmt.Errorf("flows: Terms: %w", ErrNotBuilt))
		return losses.Terms{}
	}
	x, context := f.split(b, rows)
	zs, logDets := f.chain.Steps(b, x, context)
	z := zs[len(zs)-1]
	if b.Err() != nil {
		return losses.Terms{}
	}
	t := losses.Terms{Output: z, LogBase: f.logBase(b, z, context)}
	for _, l := range logDets {
		t.LayerLosses = append(t.LayerLosses, b.Scale(l, -1))
	}
	return t
}
