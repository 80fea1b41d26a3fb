package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"golang.org/x/term"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/progress"
	"gaussflow/train"
)

// experiment is one run of the notebook's experiment: what it measured, and the point clouds for the figures.
type experiment struct {
	options          options
	train, heldout   *table
	diagonal         *flows.Flow
	coupling         *flows.Flow
	report           report
	zDiagonal        *mat.Dense
	lpDiagonal       []float64
	zInit, zTrained  *mat.Dense
	history          *train.History
	truth            score // mean true log-density, if it is known
	hasTruth         bool
	pushInit, lpInit []float64
	pushEnd, lpEnd   []float64
}

func run(ctx context.Context, o options, stdout io.Writer) error {
	e := &experiment{options: o}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := o.checkPaths(); err != nil {
		return err
	}
	if err := e.measure(ctx); err != nil {
		return err
	}
	e.print(stdout)
	if err := e.write(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nwrote report.json, the figures and index.html to %s\n", o.out)
	return nil
}

// measure runs the experiment and fills in the report.
func (e *experiment) measure(ctx context.Context) error {
	start := time.Now()
	for _, step := range []func(context.Context) error{e.load, e.warmStart, e.compareAtInit, e.fit, e.compareAfterTraining} {
		if err := step(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	e.report.Seconds.Total = time.Since(start).Seconds()
	return nil
}

func (e *experiment) load(context.Context) (err error) {
	if e.train, e.heldout, err = load(e.options); err != nil {
		return err
	}
	_, d := e.train.x.Dims()
	e.report.Dtype, e.report.Kernels = string(e.options.dtype), kernel.Set()
	e.report.Data = dataReport{e.train.rows(), d, e.heldout.rows()}
	if e.hasTruth = e.train.truth != nil; e.hasTruth {
		e.truth.Train = stat.Mean(e.train.truth, nil)
		if e.heldout != nil && e.heldout.truth != nil {
			m := stat.Mean(e.heldout.truth, nil)
			e.truth.Heldout = &m
		}
	}
	return nil
}

// warmStart builds the two matching flows and starts both by iterative Gaussianization.
func (e *experiment) warmStart(context.Context) (err error) {
	o := e.options
	d := e.report.Data.Cols
	e.diagonal, err = flows.NewGaussianization(d, flows.GaussianizationConfig{
		Blocks: o.blocks, Components: o.components, Seed: o.seed, Dtype: o.dtype})
	if err != nil {
		return err
	}
	e.coupling, err = flows.NewCoupling(d, flows.CouplingConfig{
		Blocks: o.blocks, Components: o.components, Hidden: o.hidden, Seed: o.seed, Dtype: o.dtype})
	if err != nil {
		return err
	}
	ig := initializers.IGConfig{Seed: o.seed}
	for _, f := range []struct {
		flow    *flows.Flow
		seconds *float64
		report  *flowReport
	}{
		{e.diagonal, &e.report.Seconds.IGDiagonal, &e.report.Diagonal},
		{e.coupling, &e.report.Seconds.IGCoupling, &e.report.CouplingInit},
	} {
		start := time.Now()
		if _, err := f.flow.InitFrom(e.train.x, ig); err != nil {
			return err
		}
		*f.seconds = time.Since(start).Seconds()
		f.report.Bijectors = len(f.flow.Layers())
		f.report.TrainableParams = f.flow.TrainableParams()
		if f.report.score, err = e.score(f.flow); err != nil {
			return err
		}
	}
	return nil
}

// score is the mean log-likelihood of the training rows and of the held-out ones.
func (e *experiment) score(f *flows.Flow) (s score, err error) {
	lp, err := f.LogProb(e.train.x)
	if err != nil {
		return s, err
	}
	s.Train = stat.Mean(lp, nil)
	if e.heldout != nil {
		if lp, err = f.LogProb(e.heldout.x); err != nil {
			return s, err
		}
		m := stat.Mean(lp, nil)
		s.Heldout = &m
	}
	return s, nil
}

func (e *experiment) compareAtInit(context.Context) (err error) {
	if e.zDiagonal, e.lpDiagonal, err = pushAndLogProb(e.diagonal, e.train.x); err != nil {
		return err
	}
	var lp []float64
	if e.zInit, lp, err = pushAndLogProb(e.coupling, e.train.x); err != nil {
		return err
	}
	e.pushInit, e.lpInit = rowDistances(e.zInit, e.zDiagonal), absDifferences(lp, e.lpDiagonal)
	rbig, err := initializers.RBIG(e.train.x, e.options.blocks, e.options.components, initializers.IGConfig{Seed: e.options.seed})
	if err != nil {
		return err
	}
	at := &e.report.Equivalence.AtInit
	at.distances = distances{spreadOf(e.pushInit), spreadOf(e.lpInit)}
	at.RBIGPush = spreadOf(rowDistances(e.zDiagonal, rbig))
	if e.report.RoundTrip.Diagonal, err = roundTrip(e.diagonal, e.train.x, e.zDiagonal); err != nil {
		return err
	}
	e.report.RoundTrip.CouplingInit, err = roundTrip(e.coupling, e.train.x, e.zInit)
	return err
}

func pushAndLogProb(f *flows.Flow, x *mat.Dense) (*mat.Dense, []float64, error) {
	z, _, err := f.Forward(x)
	if err != nil {
		return nil, nil, err
	}
	lp, err := f.LogProb(x)
	return z, lp, err
}

func roundTrip(f *flows.Flow, x, z *mat.Dense) (spread, error) {
	back, _, err := f.Inverse(z)
	if err != nil {
		return spread{}, err
	}
	return spreadOf(rowDistances(back, x)), nil
}

// fit trains the coupling flow; the diagonal flow stays as it is, for reference.
func (e *experiment) fit(ctx context.Context) (err error) {
	r := recipes[e.options.recipe](e.options, e.report.Data.Rows)
	if err := e.coupling.Compile(r.compile); err != nil {
		return err
	}
	shown := train.Callback(&progress.Lines{})
	if term.IsTerminal(int(os.Stderr.Fd())) {
		shown = &progress.Bar{}
	}
	r.fit.Callbacks = append(r.fit.Callbacks, shown)
	start := time.Now()
	if e.history, err = e.coupling.Fit(ctx, e.train.x, r.fit); err != nil {
		return err
	}
	e.report.Seconds.Fit = time.Since(start).Seconds()
	fit := &e.report.CouplingTrained
	fit.Recipe, fit.Epochs, fit.Loss = e.options.recipe, len(e.history.Loss), e.history.Loss
	for _, n := range e.coupling.Layers() {
		if c, ok := n.Layer.(*layers.MixtureCDFCoupling); ok {
			fit.MaxAbsFinalKernel = append(fit.MaxAbsFinalKernel, maxAbs(c.Conditioner().(*layers.MLP).Final().Kernel().Values()))
		}
	}
	fit.score, err = e.score(e.coupling)
	return err
}

func maxAbs(v []float64) (m float64) {
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}

func (e *experiment) compareAfterTraining(context.Context) error {
	z, lp, err := pushAndLogProb(e.coupling, e.train.x)
	if err != nil {
		return err
	}
	e.zTrained = z
	e.pushEnd, e.lpEnd = rowDistances(z, e.zDiagonal), absDifferences(lp, e.lpDiagonal)
	e.report.Equivalence.AfterTraining = distances{spreadOf(e.pushEnd), spreadOf(e.lpEnd)}
	e.report.RoundTrip.CouplingTrained, err = roundTrip(e.coupling, e.train.x, z)
	return err
}
