package layers

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// Householder is a trainable rotation: a product of R reflectors,
//
//	z = x·H_1·…·H_R,  H_j = I − 2 v_j v_jᵀ/‖v_j‖²,  logDet = 0 exactly.
//
// Parameter v is R×d, drawn from N(0, 1); a zero v_j is the identity. The inverse is the transpose, exact to
// rounding. A product of R reflectors has determinant (−1)^R and training cannot change that.
//
// Source: Tomczak & Welling 2016, arXiv:1611.09630; in Gaussianization flows Meng et al. 2020,
// arXiv:2003.01941.
type Householder struct {
	dim    int
	config HouseholderConfig
	v      *graph.Param
}

// HouseholderConfig configures a Householder; the zero value is the default.
type HouseholderConfig struct {
	Reflectors int         `json:"reflectors,omitempty"` // R, default d
	Seed       uint64      `json:"seed,omitempty"`       // default 0
	Dtype      graph.Dtype `json:"dtype,omitempty"`
}

// NewHouseholder makes a rotation of ℝᵈ, d = dim.
func NewHouseholder(dim int, c HouseholderConfig) (*Householder, error) {
	h, err := made(dim, c, c.Dtype, householderSpecs, newHouseholder)
	if err != nil {
		return nil, err
	}
	rng := initializers.NewRand(c.Seed, 1)
	v := make([]float64, h.v.Size())
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return h, h.v.Set(v)
}

func householderSpecs(dim int, c HouseholderConfig) ([]graph.ParamSpec, error) {
	if err := checkDim("Householder", dim); err != nil {
		return nil, err
	}
	c.Reflectors = defaults.Or(c.Reflectors, dim)
	if c.Reflectors < 1 {
		return nil, notPositive("Householder", "Reflectors", c.Reflectors)
	}
	if err := checkSize("Householder", dim, dim); err != nil {
		return nil, err
	}
	return []graph.ParamSpec{{Name: "v", Shape: []int{c.Reflectors, dim}}}, c.Dtype.Validate()
}

func newHouseholder(dim int, c HouseholderConfig, params []*graph.Param) (*Householder, error) {
	c.Reflectors = defaults.Or(c.Reflectors, dim)
	return &Householder{dim, c, params[0]}, checkDtype(params, c.Dtype)
}

// Dim is d.
func (h *Householder) Dim() int { return h.dim }

// Params is v.
func (h *Householder) Params() []*graph.Param { return []*graph.Param{h.v} }

// Config is the configuration with its defaults filled in.
func (h *Householder) Config() HouseholderConfig { return h.config }

// Rotates marks the layer as one that opens a block of the warm start.
func (h *Householder) Rotates() {}

// Forward is x·Q.
func (h *Householder) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	return b.MatMul(x, b.Orthogonal(b.Param(h.v))), b.Zeros(graph.Rows(x))
}

// Inverse is z·Qᵀ.
func (h *Householder) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	return b.MatMulT(z, b.Orthogonal(b.Param(h.v))), b.Zeros(graph.Rows(z))
}

// InitFrom sets the rotation to the principal axes of y, which needs as many reflectors as columns. The length of the
// reflectors is chosen for training: see stepLength.
func (h *Householder) InitFrom(y *mat.Dense, _ initializers.Site) error {
	if err := rows.Check("layers: Householder: InitFrom", y, h.dim); err != nil {
		return err
	}
	q, _, err := initializers.PCA(y)
	if err != nil {
		return err
	}
	v, _, err := initializers.HouseholderDecompose(q, h.config.Reflectors)
	if err != nil {
		return err
	}
	v.Scale(stepLength(y), v)
	return h.v.SetMatrix(v)
}

// Lengthen multiplies each reflector shorter than 1 by a power of two, to a length from 1 to 2. The rotation stays the same to the
// last bit, but a training step no longer turns it by a large angle. Models fitted by early versions have reflectors as short as
// 10⁻¹⁰.
func (h *Householder) Lengthen() error {
	v, changed := h.v.Values(), false
	for j := range h.config.Reflectors {
		row := v[j*h.dim : (j+1)*h.dim]
		if length := floats.Norm(row, 2); length > 0 && length < 1 {
			floats.Scale(math.Exp2(math.Ceil(-math.Log2(length))), row)
			changed = true
		}
	}
	if !changed || !h.v.Trainable {
		return nil
	}
	return h.v.Set(v)
}

// stepLength is the length κ of the reflectors that rotate y: the ratio of the greatest standard deviation of its columns to the
// least, at most a thousand. On standardized columns it is 1.
//
// The length does not affect the rotation, but it determines what an optimizer's step does to it: a step that moves each of the d
// numbers of a reflector by a rate turns the reflector by the angle √d·rate/length. A turn by the angle α moves values of the
// widest column into the narrowest one, by α·κ standard deviations of the latter. With length κ that is √d·rate standard
// deviations, whatever the columns' units. Correlation between columns does not lengthen the reflectors: there the rotation has
// something to learn.
func stepLength(y *mat.Dense) float64 {
	const most = 1e3
	_, d := y.Dims()
	least, greatest := math.Inf(1), 0.0
	for j := range d {
		if _, std := rows.MeanStd(mat.Col(nil, j, y)); std > 0 { // a constant column cannot be distorted
			least, greatest = min(least, std), max(greatest, std)
		}
	}
	return min(max(greatest/least, 1), most)
}
