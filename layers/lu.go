package layers

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/rows"
)

// LU is a trainable linear map of the columns whose determinant is a product of d numbers,
//
//	z = x·P·L·U,  logDet = Σ_i log|U_ii|,
//
// P is a fixed permutation, L lower triangular with ones on its diagonal, U upper triangular with a diagonal of fixed signs. There
// is one parameter, lu (d×d): L is stored below its diagonal, U above it, and the logarithms log|U_ii| on it. It starts at zero,
// where the map is P alone. The map is invertible for every value of lu. The inverse is two substitutions, as exact as the matrix
// is well conditioned.
//
// It can take the place of a Householder, and can stretch and shear the columns as well.
//
// Source: Oliva et al. 2018, arXiv:1801.09819; Kingma & Dhariwal 2018, arXiv:1807.03039 (Glow), from which the logarithms on the
// diagonal are taken.
type LU struct {
	dim    int
	config LUConfig
	lu     *graph.Param
}

// LUConfig configures an LU; the zero value is the default.
type LUConfig struct {
	Order    []int       `json:"order,omitempty"`    // P: column i of x·P is column Order[i] of x; default 0 … d−1
	Negative []bool      `json:"negative,omitempty"` // true: U_ii < 0; default all positive
	Dtype    graph.Dtype `json:"dtype,omitempty"`
}

// NewLU makes a layer of ℝᵈ, d = dim, that starts as the permutation of the columns in c.
func NewLU(dim int, c LUConfig) (*LU, error) {
	return made(dim, c, c.Dtype, luSpecs, newLU)
}

// NewLUFrom makes the map z = x·w for an invertible matrix w; Glow, for example, starts from a rotation, initializers.Haar. P and
// the signs come from the factorization of w with partial pivoting.
func NewLUFrom(w mat.Matrix, dtype graph.Dtype) (*LU, error) {
	if err := rows.CheckFinite("layers: LU", w); err != nil {
		return nil, err
	}
	d, columns := w.Dims()
	if d != columns {
		return nil, &rows.ShapeError{Op: "layers: LU", Got: fmt.Sprintf("a matrix %d×%d", d, columns), Want: "a square one"}
	}
	var f mat.LU
	f.Factorize(w)
	var lower, upper mat.TriDense
	f.LTo(&lower)
	f.UTo(&upper)
	order, _ := graph.InverseOrder(f.RowPivots(nil)) // row i of P·L·U is row RowPivots[i] of L·U
	c, packed := LUConfig{Order: order, Negative: make([]bool, d), Dtype: dtype}, mat.NewDense(d, d, nil)
	for i := range d {
		for j := range d {
			switch v := upper.At(i, j); {
			case j < i:
				packed.Set(i, j, lower.At(i, j))
			case j > i:
				packed.Set(i, j, v)
			case v == 0:
				return nil, fmt.Errorf("layers: LU: the matrix is singular, want an invertible one")
			default:
				packed.Set(i, i, math.Log(math.Abs(v)))
				c.Negative[i] = v < 0
			}
		}
	}
	l, err := NewLU(d, c)
	if err != nil {
		return nil, err
	}
	return l, l.lu.SetMatrix(packed)
}

func luSpecs(dim int, c LUConfig) ([]graph.ParamSpec, error) {
	if err := checkDim("LU", dim); err != nil {
		return nil, err
	}
	if c.Order != nil {
		if err := checkOrder("LU", dim, c.Order); err != nil {
			return nil, err
		}
	}
	if c.Negative != nil && len(c.Negative) != dim {
		return nil, &SettingError{"LU", "Negative", fmt.Sprintf("%d entries", len(c.Negative)), fmt.Sprintf("one for each of %d columns", dim)}
	}
	return []graph.ParamSpec{{Name: "lu", Shape: []int{dim, dim}}}, c.Dtype.Validate()
}

func newLU(dim int, c LUConfig, params []*graph.Param) (*LU, error) {
	c.Order, c.Negative = slices.Clone(c.Order), slices.Clone(c.Negative)
	return &LU{dim, c, params[0]}, checkDtype(params, c.Dtype)
}

// Dim is d.
func (l *LU) Dim() int { return l.dim }

// Params is lu.
func (l *LU) Params() []*graph.Param { return []*graph.Param{l.lu} }

// Config is the configuration.
func (l *LU) Config() LUConfig {
	c := l.config
	c.Order, c.Negative = slices.Clone(c.Order), slices.Clone(c.Negative)
	return c
}

// Rotates marks the layer as one that opens a block of the warm start.
func (l *LU) Rotates() {}

// factors are L and U.
func (l *LU) factors(b *graph.Builder) (lower, upper *G.Node) {
	packed := b.Param(l.lu)
	return b.UnitLower(packed), b.UpperExp(packed, l.config.Negative)
}

// logDet is Σ_i log|U_ii| for every row of x, times sign.
func (l *LU) logDet(b *graph.Builder, x *G.Node, sign float64) *G.Node {
	return b.ExpandLast(b.Scale(b.SumLast(b.Diagonal(b.Param(l.lu))), sign), graph.Rows(x))
}

// Forward is x·P·L·U.
func (l *LU) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	lower, upper := l.factors(b)
	if l.config.Order != nil {
		x = b.Permute(x, l.config.Order)
	}
	return b.MatMul(x, b.MatMul(lower, upper)), l.logDet(b, x, 1)
}

// Inverse is z·U⁻¹·L⁻¹·P⁻¹, by substitution.
func (l *LU) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	lower, upper := l.factors(b)
	x = b.SolveLower(b.SolveUpper(z, upper), lower)
	if l.config.Order != nil {
		back, _ := graph.InverseOrder(l.config.Order)
		x = b.Permute(x, back)
	}
	return x, l.logDet(b, z, -1)
}
