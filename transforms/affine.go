package transforms

import (
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// Affine shifts and scales a number,
//
//	z = (x − shift)·exp(−log_scale),  log dz/dx = −log_scale.
//
// Parts shift and log_scale, one number each. In a Coupling it is a layer of RealNVP.
//
// Source: Dinh et al. 2017, arXiv:1605.08803, whose scale is bounded by tanh; this one is not.
type Affine struct{}

// Parts are shift and log_scale.
func (Affine) Parts() []Part { return []Part{{"shift", 1}, {"log_scale", 1}} }

// Forward is (x − shift)·exp(−log_scale).
func (Affine) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	minus := b.Scale(theta.Part(b, 1), -1)
	return b.Mul(b.Sub(x, theta.Part(b, 0)), b.Exp(minus)), theta.Each(b, x, minus)
}

// Inverse is z·exp(log_scale) + shift.
func (Affine) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	logScale := theta.Part(b, 1)
	return b.Add(b.Mul(z, b.Exp(logScale)), theta.Part(b, 0)), theta.Each(b, z, logScale)
}

// Fit is the column's mean and standard deviation; a constant column keeps its scale.
func (Affine) Fit(values []float64, _ int, _ initializers.Site, _ graph.Dtype) ([][]float64, error) {
	mean, std := rows.MeanStd(values)
	logScale := 0.0
	if std > 0 {
		logScale = math.Log(std)
	}
	return [][]float64{{mean}, {logScale}}, nil
}
