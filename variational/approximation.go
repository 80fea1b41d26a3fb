package variational

import (
	"context"
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
	"gaussflow/losses"
	"gaussflow/train"
)

// A LogDensity builds log p̃ of each row of x (N×d): N, in nats, but for a constant. Its gradient in x is derived from it. Where p̃ is
// zero it is −Inf; a sample there ends a fit, so that a flow is to map to where p̃ is positive.
type LogDensity func(b *graph.Builder, x *G.Node) *G.Node

// Config configures an Approximation; the zero value is the default.
type Config struct {
	// Train is as for flows.Flow.Compile, without a Loss: that is the divergence.
	Train train.Config
	// PathDerivative leaves out the part of the gradient whose mean is zero, log q's own in its parameters: what is left has no noise
	// where q is p ("sticking the landing", Roeder, Wu & Duvenaud 2017, arXiv:1703.09194). A step costs a pass through the flow more.
	PathDerivative bool
}

// An Approximation is a flow q that is fitted to p̃. New makes it; the methods of any other are ErrNotMade.
type Approximation struct {
	flow    *flows.Flow
	trainer *train.Trainer
	target  *graph.RowFunc // log p̃
}

// ErrNotMade is wrapped by the errors of an Approximation that New has not made.
var ErrNotMade = errors.New("the approximation is not made: want one of New")

// New prepares flow to be fitted to the density of target. Parameters of the flow's base are not trained by this, since samples of the
// base have no gradient in them: such a base is an error unless they are frozen; so is a flow with a context.
func New(flow *flows.Flow, target LogDensity, c Config) (*Approximation, error) {
	switch {
	case flow.Dim() == 0:
		return nil, fmt.Errorf("variational: New: %w", flows.ErrNotBuilt)
	case target == nil:
		return nil, errors.New("variational: New: the target is nil, want a function that builds log p̃")
	case flow.ContextDim() > 0:
		return nil, fmt.Errorf("variational: New: the flow has a context of %d numbers, want one without", flow.ContextDim())
	case c.Train.Loss != nil && !defaults.IsNil(c.Train.Loss):
		return nil, fmt.Errorf("variational: New: Train.Loss is %s, want none: it is the divergence", c.Train.Loss.Name())
	}
	for _, p := range flow.Base().Params() {
		if p.Trainable {
			return nil, fmt.Errorf("variational: New: the base, a %s, has the trainable parameter %q, want its Trainable false: "+
				"samples have no gradient in it (put an affine layer before the base instead)", bases.Kind(flow.Base()), p.Name)
		}
	}
	t, err := train.New(model{flow, target, c.PathDerivative}, c.Train)
	if err != nil {
		return nil, fmt.Errorf("variational: New: %w", err)
	}
	a := &Approximation{flow: flow, trainer: t}
	a.target = graph.NewRowFunc(flow.Dtype(), flow.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{build(b, target, x)}
	})
	return a, nil
}

// build builds log p̃; its errors say that it is the target's.
func build(b *graph.Builder, target LogDensity, x *G.Node) (logP *G.Node) {
	b.Within(func() {
		logP = target(b, x)
		if b.Err() == nil && (logP == nil || !logP.Shape().Eq(x.Shape()[:1])) {
			b.Fail(errors.New("it built no node of one number a row"))
		}
	}, "the target")
	return logP
}

// model is the divergence as a trainer has it: noise z comes in, x goes out. Its loss log q(x) − log p̃(x) is the NLL of z under the
// flow's inverse and a base p̃.
type model struct {
	*flows.Flow
	target LogDensity
	path   bool
}

// WarmupRows is none: a flow that has been fitted to data is not at a good place for this.
func (m model) WarmupRows() int { return 0 }

// Terms are x, log p̃(x) and, as the one layer loss, log q(x).
func (m model) Terms(b *graph.Builder, z *G.Node) losses.Terms {
	x, logQ := m.SampleNodes(b, z, nil)
	if b.Err() != nil {
		return losses.Terms{}
	}
	if m.path {
		b.Detached(func() { _, logQ = m.LogProbNodes(b, x, nil) })
	}
	return losses.Terms{Output: x, LogBase: build(b, m.target, x), LayerLosses: []*G.Node{logQ}}
}

// Flow is q; nil of an Approximation that is not made.
func (a *Approximation) Flow() *flows.Flow {
	if a == nil {
		return nil
	}
	return a.flow
}

// Trainer is for its optimizer state, and is nil of an Approximation that is not made.
func (a *Approximation) Trainer() *train.Trainer {
	if a == nil {
		return nil
	}
	return a.trainer
}

func (a *Approximation) made(op string) error {
	if a == nil || a.flow == nil {
		return fmt.Errorf("variational: %s: %w", op, ErrNotMade)
	}
	return nil
}

// Fit trains q on so many samples an epoch, of noise that is drawn anew for each by FitConfig.Seed; see train.Trainer.Fit and
// train.Redrawn. The losses of the history are E_q[log q − log p̃], the divergence less log Z. Rows to validate on are noise: a
// ValidationSplit of it, or Flow().Base().Sample of another generator. It sets the flow's Metadata.Training.
func (a *Approximation) Fit(ctx context.Context, samples int, c train.FitConfig) (*train.History, error) {
	if err := a.made("Fit"); err != nil {
		return nil, err
	}
	if samples < 1 {
		return nil, fmt.Errorf("variational: Fit: samples = %d, want ≥ 1", samples)
	}
	z, err := newNoise(a.flow.Base(), samples, c.Seed)
	if err != nil {
		return nil, fmt.Errorf("variational: Fit: %w", err)
	}
	c.NoShuffle = true // one row of noise is as good as another
	history, err := a.trainer.Fit(ctx, z, c)
	if history != nil {
		a.flow.Metadata.Training = &flows.FitSummary{Rows: samples, ValidationSplit: c.ValidationSplit, BatchSize: c.BatchSize, Seed: c.Seed,
			Kernels: kernel.Set(), History: history}
	}
	return history, errors.Join(err, z.err)
}
