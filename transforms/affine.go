package transforms

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// Affine shifts and scales a number,
//
//	z = (x − shift)·exp(−s),  log dz/dx = −s,
//	s = log_scale, or B·tanh(log_scale/B) with a Bound B.
//
// Parts shift and log_scale, one number each. In a Coupling it is a layer of RealNVP, in an Autoregressive one of MAF. With ShiftLast
//
//	z = x·exp(−s) − shift:
//
// the same maps, with the shift in units of z, so that an error of the network in it costs as much where the scale is small as where
// it is large.
//
// Without a Bound, a network that fits a few rows, or tied ones, ever more closely makes the scales ever smaller, until the loss is
// not finite. With one, log p is at most B − ½ log 2π for each column and layer, and a row unlike the training rows is not mapped
// far out.
//
// Source: Dinh et al. 2017, arXiv:1605.08803, where the scale is bounded by tanh.
type Affine struct {
	Bound     float64 `json:"bound,omitempty"`      // B, of |log dz/dx|, 0.001 to 700; default 0: none
	ShiftLast bool    `json:"shift_last,omitempty"` // after the scale
}

// Validate reports a Bound out of range.
func (a Affine) Validate() error {
	if a.Bound != 0 && !(a.Bound >= 1e-3 && a.Bound <= 700) {
		return fmt.Errorf("transforms: Affine: Bound = %v, want 0.001 to 700, or 0: none", a.Bound)
	}
	return nil
}

// Parts are shift and log_scale.
func (Affine) Parts() []Part { return []Part{{"shift", 1}, {"log_scale", 1}} }

// Forward is (x − shift)·exp(−s), or x·exp(−s) − shift.
func (a Affine) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	minus := b.Scale(a.logScale(b, theta), -1)
	scale, shift := b.Exp(minus), theta.Part(b, 0)
	if a.ShiftLast {
		return b.Sub(b.Mul(x, scale), shift), theta.Each(b, x, minus)
	}
	return b.Mul(b.Sub(x, shift), scale), theta.Each(b, x, minus)
}

// Inverse is z·exp(s) + shift, or (z + shift)·exp(s).
func (a Affine) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	logScale := a.logScale(b, theta)
	scale, shift := b.Exp(logScale), theta.Part(b, 0)
	if a.ShiftLast {
		return b.Mul(b.Add(z, shift), scale), theta.Each(b, z, logScale)
	}
	return b.Add(b.Mul(z, scale), shift), theta.Each(b, z, logScale)
}

// logScale is s.
func (a Affine) logScale(b *graph.Builder, theta Theta) *G.Node {
	raw := theta.Part(b, 1)
	if a.Bound == 0 {
		return raw
	}
	return b.Scale(b.Activate(b.Scale(raw, 1/a.Bound), graph.Tanh), a.Bound)
}

// Fit returns the column's mean, with ShiftLast in units of z, and its standard deviation, the latter as closely as the bound
// allows; a constant column keeps its scale.
func (a Affine) Fit(values []float64, _ int, _ initializers.Site, _ graph.Dtype) ([][]float64, error) {
	mean, std := rows.MeanStd(values)
	scale := 0.0 // s
	if std > 0 {
		scale = math.Log(std)
	}
	logScale := scale
	if a.Bound != 0 {
		const most = 0.998 // share of the bound at which tanh is not yet flat
		share := min(max(scale/a.Bound, -most), most)
		scale, logScale = a.Bound*share, a.Bound*math.Atanh(share)
	}
	if a.ShiftLast {
		mean *= math.Exp(-scale)
	}
	return [][]float64{{mean}, {logScale}}, nil
}
