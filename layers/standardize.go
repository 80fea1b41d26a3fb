package layers

import (
	"fmt"
	"iter"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// Standardize is an Affine that is fitted to data, so that each column has mean 0 and standard deviation 1 (divisor N), and
// is not trained. A constant column keeps its scale.
type Standardize struct{ Affine }

// NewStandardize fits a Standardize to the rows of x.
func NewStandardize(x mat.Matrix, c AffineConfig) (*Standardize, error) {
	if err := rows.CheckFinite("layers: Standardize", x); err != nil {
		return nil, err
	}
	_, d := x.Dims()
	s, err := made(d, c, c.Dtype, standardizeSpecs, newStandardize)
	if err != nil {
		return nil, err
	}
	return s, s.InitFrom(mat.DenseCopyOf(x), initializers.Site{})
}

// NewStandardizeFrom is NewStandardize for rows that come in batches, as from train.Batches. It reads them once and
// keeps none.
func NewStandardizeFrom(batches iter.Seq2[*mat.Dense, error], c AffineConfig) (*Standardize, error) {
	m, err := rows.MomentsOf(batches)
	if err != nil {
		return nil, fmt.Errorf("layers: StandardizeFrom: %w", err)
	}
	s, err := made(len(m.Mean), c, c.Dtype, standardizeSpecs, newStandardize)
	if err != nil {
		return nil, err
	}
	return s, s.standardize(m.Mean, m.StdDev())
}

func standardizeSpecs(dim int, c AffineConfig) ([]graph.ParamSpec, error) {
	return shiftAndScale("Standardize", dim, c)
}

func newStandardize(dim int, c AffineConfig, params []*graph.Param) (*Standardize, error) {
	c.Frozen = true
	s := &Standardize{Affine{dim, c, params[0], params[1]}}
	s.shift.Trainable, s.logScale.Trainable = false, false
	return s, checkDtype(params, c.Dtype)
}
