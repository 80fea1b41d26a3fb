package layers

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// FixedOrtho is a rotation that is not trained: z = x·Q, x = z·Qᵀ, logDet = 0 exactly, Q orthogonal d×d.
type FixedOrtho struct {
	dim    int
	config FixedOrthoConfig
	q      *graph.Param
}

// FixedOrthoConfig configures a FixedOrtho; the zero value draws Q with seed 0.
type FixedOrthoConfig struct {
	Seed  uint64      `json:"seed,omitempty"` // default 0
	Dtype graph.Dtype `json:"dtype,omitempty"`
}

// NewFixedOrtho draws Q with the seed, uniformly from the orthogonal matrices (Haar measure).
func NewFixedOrtho(dim int, c FixedOrthoConfig) (*FixedOrtho, error) {
	if err := checkDim("FixedOrtho", dim); err != nil {
		return nil, err
	}
	if err := checkSize("FixedOrtho", dim, dim); err != nil {
		return nil, err
	}
	return NewFixedOrthoFrom(initializers.Haar(dim, c.Seed), c)
}

// NewFixedOrthoPCA sets Q to the principal axes of x (N×d), by descending variance.
func NewFixedOrthoPCA(x mat.Matrix, c FixedOrthoConfig) (*FixedOrtho, error) {
	q, _, err := initializers.PCA(x)
	if err != nil {
		return nil, err
	}
	return NewFixedOrthoFrom(q, c)
}

// NewFixedOrthoFrom sets Q to q, which must be square and orthogonal to 1e-5.
func NewFixedOrthoFrom(q mat.Matrix, c FixedOrthoConfig) (*FixedOrtho, error) {
	if err := c.Dtype.Validate(); err != nil {
		return nil, err
	}
	if err := rows.CheckFinite("layers: FixedOrtho", q); err != nil {
		return nil, err
	}
	d, _ := q.Dims()
	if err := checkOrthogonal(q); err != nil {
		return nil, err
	}
	f, err := made(d, c, c.Dtype, fixedOrthoSpecs, newFixedOrtho)
	if err != nil {
		return nil, err
	}
	return f, f.q.SetMatrix(q)
}

func fixedOrthoSpecs(dim int, c FixedOrthoConfig) ([]graph.ParamSpec, error) {
	if err := checkDim("FixedOrtho", dim); err != nil {
		return nil, err
	}
	return []graph.ParamSpec{{Name: "q", Shape: []int{dim, dim}}}, c.Dtype.Validate()
}

func newFixedOrtho(dim int, c FixedOrthoConfig, params []*graph.Param) (*FixedOrtho, error) {
	f := &FixedOrtho{dim, c, params[0]}
	f.q.Trainable = false
	return f, checkDtype(params, c.Dtype)
}

func checkOrthogonal(q mat.Matrix) error {
	d, _ := q.Dims()
	if _, _, err := initializers.HouseholderDecompose(q, d); err != nil {
		return fmt.Errorf("layers: FixedOrtho: %w", err)
	}
	return nil
}

// CheckParams reports a Q that has been set to a matrix not orthogonal to 1e-5: its log-det would be wrong.
func (f *FixedOrtho) CheckParams() error { return checkOrthogonal(f.q.Matrix()) }

// Dim is d.
func (f *FixedOrtho) Dim() int { return f.dim }

// Params is q, which is not trainable.
func (f *FixedOrtho) Params() []*graph.Param { return []*graph.Param{f.q} }

// Config is the configuration. It does not hold a Q that was not drawn with the seed; that is only in Params.
func (f *FixedOrtho) Config() FixedOrthoConfig { return f.config }

// Rotates marks the layer as one that opens a block of the warm start.
func (f *FixedOrtho) Rotates() {}

// Forward is x·Q.
func (f *FixedOrtho) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	return b.MatMul(x, b.Param(f.q)), b.Zeros(graph.Rows(x))
}

// Inverse is z·Qᵀ.
func (f *FixedOrtho) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	return b.MatMulT(z, b.Param(f.q)), b.Zeros(graph.Rows(z))
}

// InitFrom sets Q to the principal axes of y.
func (f *FixedOrtho) InitFrom(y *mat.Dense, _ initializers.Site) error {
	if err := rows.Check("layers: FixedOrtho: InitFrom", y, f.dim); err != nil {
		return err
	}
	q, _, err := initializers.PCA(y)
	if err != nil {
		return err
	}
	return f.q.SetMatrix(q)
}
