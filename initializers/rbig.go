package initializers

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/rows"
)

// RBIG is the plain iterative Gaussianization of x, without a flow: each block rotates to the principal axes and maps
// each column by the CDF of a mixture fitted to it,
//
//	y ← y·PCA(y),  y_i ← Φ⁻¹(F_i(y_i)).
//
// It returns the last y. A flow that is warm-started with the same configuration computes the same numbers; RBIG exists
// to check that.
//
// Source: Laparra, Camps-Valls & Malo 2011, arXiv:1602.00229.
func RBIG(x mat.Matrix, blocks, components int, c IGConfig) (*mat.Dense, error) {
	if err := rows.CheckFinite("initializers: RBIG", x); err != nil {
		return nil, err
	}
	if blocks < 0 || blocks > maxCount || components < 1 {
		return nil, fmt.Errorf("initializers: RBIG: %d blocks of Components = %d, want 0 to %d of at least 1", blocks, components, maxCount)
	}
	y := mat.DenseCopyOf(x)
	n, d := y.Dims()
	clamp := c.withDefaults().ScaleClamp
	for block := range blocks {
		q, _, err := PCA(y)
		if err != nil {
			return nil, err
		}
		y.Mul(mat.DenseCopyOf(y), q)
		for j := range d {
			fit, _, err := Site{IGConfig: c, Block: block}.FitColumn(mat.Col(nil, j, y), j, components, clamp, graph.Float64)
			if err != nil {
				return nil, err
			}
			m := kernel.NewMixture(components)
			kernel.SetMixture(m, fit.Logits, fit.Means, fit.LogScales)
			for i := range n {
				z, _ := m.At(y.At(i, j))
				y.Set(i, j, z)
			}
		}
	}
	return y, nil
}
