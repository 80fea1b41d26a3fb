package tabular

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/internal/counted"
	"gaussflow/train"
)

// worthErrors is by how many standard errors of the difference a flow must be better than the Gaussian on the validation rows.
// Because these rows have chosen the flow's epoch, a flow that has learnt nothing may come out slightly ahead.
const worthErrors = 1

// gaussianInstead is the model of the shrunk Gaussian of all rows, provided that on the validation rows the flow is not better
// than the Gaussian of the training rows; else nil.
func (f *fit) gaussianInstead(ctx context.Context, start time.Time) (*Model, error) {
	flow, err := f.gaussianOf(f.table)
	if err != nil {
		return nil, err
	}
	theirs, err := flow.LogProb(f.held)
	if err != nil {
		return nil, nil //nolint:nilerr // a Gaussian that fails by rounding cannot be better
	}
	if err := f.setOffsets(func(j int) float64 { return f.offset[j] }); err != nil {
		return nil, err
	}
	ours, err := f.logProb(ctx, f.held, f.heldAt)
	if err != nil {
		return nil, err
	}
	if len(ours) > 1 && gainOf(ours, theirs, worthErrors) > 0 {
		return nil, nil
	}
	return f.fitGaussian(ctx, start, fmt.Sprintf("on %s the flow's log p is %+.3g nats a row beside one Gaussian's, "+
		"no clear gain: the model is one Gaussian of a shrunk covariance", counted.Of(len(ours), "validation row"), stat.Mean(ours, nil)-stat.Mean(theirs, nil)))
}

// tooFew says why a Gaussian was chosen without trying a flow; it is empty if it was asked for.
func tooFew(open bool, rows, columns int) string {
	if !open {
		return ""
	}
	return fmt.Sprintf("%s are too few for a flow of %s: the model is one Gaussian of a shrunk covariance", counted.Of(rows, "row"), counted.Of(columns, "column"))
}

// gaussianOf is the shrunk Gaussian of rows that are prepared as for a flow, dequantized and mapped by the fixed layers, but
// without Gaussian noise.
func (f *fit) gaussianOf(x *mat.Dense) (*flows.Flow, error) {
	drawn, err := f.draws(x, 1, make([]float64, len(f.kept)), f.Seed)
	if err != nil {
		return nil, err
	}
	g, err := newShrunk(mat.DenseCopyOf(drawn))
	if err != nil {
		return nil, err
	}
	named, err := g.layers(f.Dtype)
	if err != nil {
		return nil, err
	}
	if f.ahead != nil {
		named = slices.Concat(f.ahead.layers, named)
	}
	return flows.New(named...)
}

// fitGaussian makes the model of the shrunk Gaussian of training and validation rows together; why is the text of its
// warning.
func (f *fit) fitGaussian(ctx context.Context, start time.Time, why string) (*Model, error) {
	all := stacked(f.table, f.held)
	flow, err := f.gaussianOf(all)
	if err != nil {
		return nil, err
	}
	lp, err := flow.LogProb(all)
	if err != nil {
		return nil, err
	}
	crossed, err := f.crossGaussian(ctx, all)
	if err != nil {
		return nil, err
	}
	warnings := f.warnings()
	if why != "" {
		warnings = append(warnings, Warning{Kind: PlainGaussian, Text: why})
	}
	c := f.Config
	c.Family, c.Blocks, c.Components, c.Hidden, c.Noise = Gaussian, 0, 0, nil, None
	n, _ := all.Dims()
	return &Model{Flow: flow, Facts: Facts{
		Columns: f.columns, Config: c, Quanta: f.quantum, Warnings: warnings,
		Training: Training{
			Rows: n, ValidationRows: n, ReferenceRows: n, Parameters: flow.TrainableParams(), Seconds: time.Since(start).Seconds(), Kernels: kernel.Set(),
			History: &train.History{BestEpoch: train.Start}, LogLikelihood: stat.Mean(crossed, nil),
		},
		Reference: smoothed(crossed, len(f.kept)), Fitted: newQuantiles(lp), Held: newQuantiles(crossed),
	}}, nil
}

func stacked(a, b *mat.Dense) *mat.Dense {
	var all mat.Dense
	all.Stack(a, b)
	return &all
}
