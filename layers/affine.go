package layers

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// Affine scales and shifts each column:
//
//	z_i = (x_i − shift_i)·exp(−logScale_i),  logDet = −Σ logScale_i.
//
// Parameters shift and log_scale, d each, start at zero: the identity. InitFrom makes the layer a standardizer;
// Standardize is the variant that is not trained.
type Affine struct {
	dim      int
	config   AffineConfig
	shift    *graph.Param
	logScale *graph.Param
}

// AffineConfig configures an Affine and a Standardize; the zero value is the default.
type AffineConfig struct {
	Frozen bool        `json:"frozen,omitempty"` // set by Standardize for itself; not to be set
	Dtype  graph.Dtype `json:"dtype,omitempty"`
}

// NewAffine makes the identity of ℝᵈ, d = dim.
func NewAffine(dim int, c AffineConfig) (*Affine, error) {
	return made(dim, c, c.Dtype, affineSpecs, newAffine)
}

func affineSpecs(dim int, c AffineConfig) ([]graph.ParamSpec, error) {
	return trainedAffine("Affine", dim, c)
}

// trainedAffine declares the parameters of a trained layer.
func trainedAffine(layer string, dim int, c AffineConfig) ([]graph.ParamSpec, error) {
	if c.Frozen {
		return nil, fmt.Errorf("layers: %s: Frozen = true, want false: a frozen one is a Standardize, of the kind \"standardize\" in a file", layer)
	}
	return shiftAndScale(layer, dim, c)
}

// shiftAndScale declares the two parameters.
func shiftAndScale(layer string, dim int, c AffineConfig) ([]graph.ParamSpec, error) {
	if err := checkDim(layer, dim); err != nil {
		return nil, err
	}
	return []graph.ParamSpec{{Name: "shift", Shape: []int{dim}}, {Name: "log_scale", Shape: []int{dim}}}, c.Dtype.Validate()
}

func newAffine(dim int, c AffineConfig, params []*graph.Param) (*Affine, error) {
	return &Affine{dim, c, params[0], params[1]}, checkDtype(params, c.Dtype)
}

// Dim is d.
func (a *Affine) Dim() int { return a.dim }

// Params are shift and log_scale.
func (a *Affine) Params() []*graph.Param { return []*graph.Param{a.shift, a.logScale} }

// Config is the configuration.
func (a *Affine) Config() AffineConfig { return a.config }

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
	if err := rows.Check("layers: Affine: InitFrom", y, a.dim); err != nil {
		return err
	}
	mean, std := make([]float64, a.dim), make([]float64, a.dim)
	for j := range a.dim {
		mean[j], std[j] = rows.MeanStd(mat.Col(nil, j, y))
	}
	return a.standardize(mean, std)
}

// standardize sets shift and scale from the columns' means and standard deviations; a constant column keeps its scale.
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
