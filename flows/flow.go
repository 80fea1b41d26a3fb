package flows

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/train"
)

// ErrNotBuilt is returned by the methods of a Flow that no constructor made.
var ErrNotBuilt = errors.New("flows: the flow is not built: make it with New, NewGaussianization or NewCoupling")

// A Named is a layer with its name in the flow, as "block0.rotation".
type Named struct {
	Name  string
	Layer layers.Bijector
}

// A Flow is an invertible map from data x to a standard normal z, and so an exact density:
//
//	log p(x) = Σ_i log φ(z_i) + log|det ∂z/∂x|,  nats.
//
// One with a Conditional layer is a density p(x | context). The rows that it reads are x with the context beside it: see Given.
//
// LogProb, Sample and the other readers are safe for concurrent use, with each other; Fit and InitFrom write the
// parameters and need the flow for themselves.
type Flow struct {
	Facts Facts // not used in any computation; not to be written while another goroutine saves

	names   []string
	chain   *layers.Chain
	dtype   graph.Dtype
	trainer *train.Trainer

	unverified bool // see Unverified

	compile train.Config // of trainer
	warm    bool         // the parameters are worth something: see WarmupRows

	forward, inverse, shaken, logProb, logProbGrad, sample, steps *graph.RowFunc
}

// New makes a flow of layers, from data to latent, all of one width and dtype.
func New(named ...Named) (*Flow, error) {
	var bijectors []layers.Bijector
	f := &Flow{}
	seen := map[string]bool{}
	for i, n := range named {
		if n.Name == "" || seen[n.Name] {
			return nil, fmt.Errorf("flows: New: layer %d has the name %q, want a name of its own", i, n.Name)
		}
		seen[n.Name] = true
		f.names = append(f.names, n.Name)
		bijectors = append(bijectors, n.Layer)
	}
	var err error
	if f.chain, err = layers.NewChain(bijectors...); err != nil {
		return nil, fmt.Errorf("flows: New: %w", err)
	}
	f.dtype = graph.Float64
	for i, p := range f.chain.Params() {
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

// LogProbNodes builds z (N×d) and log p(x | context) (N) of a batch x (N×d), for graphs of a user's own. The context is N×c, or nil
// where the flow has none.
func (f *Flow) LogProbNodes(b *graph.Builder, x, context *G.Node) (z, logProb *G.Node) {
	if !f.built() {
		b.Fail(fmt.Errorf("flows: LogProbNodes: %w", ErrNotBuilt))
		return nil, nil
	}
	z, logDet := f.chain.Forward(b, x, context)
	return z, b.Sum(b.LogNormal(z), logDet)
}

// built reports whether a constructor made f.
func (f *Flow) built() bool { return f != nil && f.chain != nil }

// Unverified reports a flow from a file without a checksum, as they were written before there was one: whether its numbers are
// those that were saved is not known. Save writes a checksum.
func (f *Flow) Unverified() bool { return f != nil && f.unverified }

// Dim is d, the number of columns; 0 of a flow that is not built.
func (f *Flow) Dim() int {
	if !f.built() {
		return 0
	}
	return f.chain.Dim()
}

// ContextDim is c, how many numbers of context a row of a conditional flow comes with; 0 of any other.
func (f *Flow) ContextDim() int {
	if !f.built() {
		return 0
	}
	return f.chain.ContextDim()
}

// width is how many numbers the flow reads a row: those of x, then those of the context.
func (f *Flow) width() int { return f.Dim() + f.ContextDim() }

// split cuts rows (N×width) into x (N×d) and the context (N×c), nil where there is none.
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

// Params are the parameters of all layers in order.
func (f *Flow) Params() []*graph.Param {
	if !f.built() {
		return nil
	}
	return f.chain.Params()
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

// Terms makes a Flow a train.Model: its output is z, its layer losses the −logDet of each layer. The rows of a conditional flow
// are x with the context beside it.
func (f *Flow) Terms(b *graph.Builder, rows *G.Node) losses.Terms {
	if !f.built() {
		b.Fail(fmt.Errorf("flows: Terms: %w", ErrNotBuilt))
		return losses.Terms{}
	}
	x, context := f.split(b, rows)
	zs, logDets := f.chain.Steps(b, x, context)
	t := losses.Terms{Output: zs[len(zs)-1]}
	for _, l := range logDets {
		t.LayerLosses = append(t.LayerLosses, b.Scale(l, -1))
	}
	return t
}
