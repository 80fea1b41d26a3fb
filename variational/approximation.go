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

// A LogDensity builds log p̃ of each row of x (N×d), a vector of N, in nats, up to a constant. Its gradient in x is derived from
// it. Where p̃ is zero it is −Inf. A sample there ends a fit, so the flow's image must lie where p̃ is positive.
type LogDensity func(b *graph.Builder, x *G.Node) *G.Node

// Config configures an Approximation; the zero value is the default.
type Config struct {
	// Train is as for flows.Flow.Compile, but without a Loss, since the loss is the divergence.
	Train train.Config
	// PathDerivative leaves out a part of the gradient whose mean is zero, that of log q in its own parameters. The rest has no
	// noise where q equals p ("sticking the landing", Roeder, Wu & Duvenaud 2017, arXiv:1703.09194). A step then costs one more
	// pass through the flow.
	PathDerivative bool
}

// An Approximation is a flow q that is fitted to p̃. It must be made by New; the methods of any other return
// ErrNotMade.
type Approximation struct {
	flow    *flows.Flow
	trainer *train.Trainer
	target  *graph.RowFunc // log p̃
}

// ErrNotMade is wrapped by the errors of an Approximation that was not made by New.
var ErrNotMade = errors.New("the approximation is not made: want one of New")

// New prepares flow to be fitted to the density of target. Parameters of the flow's base cannot be trained in this way, since the
// samples of a base carry no gradient: unless they are frozen, such a base is an error. So is a flow with a context.
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

// build builds log p̃; its errors say that they come from the target.
func build(b *graph.Builder, target LogDensity, x *G.Node) (logP *G.Node) {
	b.Within(func() {
		logP = target(b, x)
		if b.Err() == nil && (logP == nil || !logP.Shape().Eq(x.Shape()[:1])) {
			b.Fail(errors.New("it built no node of one number a row"))
		}
	}, "the target")
	return logP
}

// model is the divergence in the form that a trainer needs: it reads noise z and outputs x. Its loss log q(x) − log p̃(x) is the
// NLL of z under the flow's inverse and the base p̃.
type model struct {
	*flows.Flow
	target LogDensity
	path   bool
}

// WarmupRows is 0, because parameters that were fitted to data are no good start for this fit.
func (m model) WarmupRows() int { return 0 }

// Terms are x, log p̃(x) and log q(x), the last as the only layer loss.
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

// Flow is q; nil if the Approximation was not made by New.
func (a *Approximation) Flow() *flows.Flow {
	if a == nil {
		return nil
	}
	return a.flow
}

// Trainer gives access to the optimizer's state; nil if the Approximation was not made by New.
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

// Fit trains q with the given number of samples an epoch, from noise that is drawn anew for each epoch with FitConfig.Seed; see
// train.Trainer.Fit and train.Redrawn. The losses of the history are E_q[log q − log p̃], which is the divergence minus log Z.
// Validation rows are noise too: those of a ValidationSplit, or Flow().Base().Sample from another generator. It sets the flow's
// Metadata.Training.
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
	c.NoShuffle = true // the rows of noise are random already
	history, err := a.trainer.Fit(ctx, z, c)
	if history != nil {
		a.flow.Metadata.Training = &flows.FitSummary{Rows: samples, ValidationSplit: c.ValidationSplit, BatchSize: c.BatchSize, Seed: c.Seed,
			Kernels: kernel.Set(), History: history}
	}
	return history, errors.Join(err, z.err)
}
