package layers

import (
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// Affine scales and shifts each column:
//
//	z_i = (x_i − shift_i)·exp(−logScale_i),  logDet = −Σ logScale_i.
//
// Parameters shift and log_scale, d each, zero: the identity. Frozen, it is a standardizer that InitFrom fits
// and training leaves alone.
type Affine struct {
	dim      int
	config   AffineConfig
	shift    *graph.Param
	logScale *graph.Param
}

// AffineConfig configures an Affine; the zero value is a trainable one.
type AffineConfig struct {
	Frozen bool        `json:"frozen,omitempty"` // not trained
	Dtype  graph.Dtype `json:"dtype,omitempty"`
}

func (c AffineConfig) numbers(dim int) float64 { return 2 * float64(dim) }

// NewAffine makes the identity of ℝᵈ, d = dim.
func NewAffine(dim int, c AffineConfig) (*Affine, error) {
	if err := checkDim("Affine", dim); err != nil {
		return nil, err
	}
	if err := c.Dtype.Validate(); err != nil {
		return nil, err
	}
	a := &Affine{
		dim: dim, config: c,
		shift:    graph.NewParam("shift", c.Dtype, dim),
		logScale: graph.NewParam("log_scale", c.Dtype, dim),
	}
	a.shift.Trainable, a.logScale.Trainable = !c.Frozen, !c.Frozen
	return a, nil
}

// NewStandardize is a frozen Affine fitted to x: columns of mean 0 and standard deviation 1 (divisor N). A
// constant column keeps its scale.
func NewStandardize(x mat.Matrix, c AffineConfig) (*Affine, error) {
	if err := graph.CheckData("layers: Standardize", x); err != nil {
		return nil, err
	}
	_, d := x.Dims()
	c.Frozen = true
	a, err := NewAffine(d, c)
	if err != nil {
		return nil, err
	}
	return a, a.InitFrom(mat.DenseCopyOf(x), initializers.Site{})
}

// NewStandardizeFrom is NewStandardize of rows that come in batches, train.Batches say, which it reads once and does not
// keep.
func NewStandardizeFrom(batches iter.Seq2[*mat.Dense, error], c AffineConfig) (*Affine, error) {
	m, err := initializers.MomentsOf(batches)
	if err != nil {
		return nil, fmt.Errorf("layers: StandardizeFrom: %w", err)
	}
	c.Frozen = true
	a, err := NewAffine(len(m.Mean), c)
	if err != nil {
		return nil, err
	}
	return a, a.standardize(m.Mean, m.StdDev())
}

// Name is "affine", or "standardize" where it is frozen.
func (a *Affine) Name() string {
	if a.config.Frozen {
		return "standardize"
	}
	return "affine"
}

// Dim is d.
func (a *Affine) Dim() int { return a.dim }

// Params are shift and log_scale.
func (a *Affine) Params() []*graph.Param { return []*graph.Param{a.shift, a.logScale} }

// Config is the configuration.
func (a *Affine) Config() any { return a.config }

// Forward is (x − shift)·exp(−logScale).
func (a *Affine) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	minus := b.Scale(b.Param(a.logScale), -1)
	z = b.Mul(b.Sub(x, b.Param(a.shift)), b.Exp(minus))
	return z, b.ExpandLast(b.SumLast(minus), graph.Rows(x))
}

// Inverse is z·exp(logScale) + shift.
func (a *Affine) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	logScale := b.Param(a.logScale)
	x = b.Add(b.Mul(z, b.Exp(logScale)), b.Param(a.shift))
	return x, b.ExpandLast(b.SumLast(logScale), graph.Rows(z))
}

// InitFrom standardizes y.
func (a *Affine) InitFrom(y *mat.Dense, _ initializers.Site) error {
	mean, std := make([]float64, a.dim), make([]float64, a.dim)
	for j := range a.dim {
		mean[j], std[j] = initializers.MeanStd(mat.Col(nil, j, y))
	}
	return a.standardize(mean, std)
}

// standardize takes the columns' means and standard deviations in; a constant column keeps its scale.
func (a *Affine) standardize(mean, std []float64) error {
	logScale := make([]float64, a.dim)
	for j, s := range std {
		if s > 0 {
			logScale[j] = math.Log(s)
		}
	}
	if err := a.shift.Set(mean); err != nil {
		return err
	}
	return a.logScale.Set(logScale)
}
