package bases

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/graph/kernel"
)

// A Quantiler is a base of independent numbers whose distribution functions can be inverted: it maps uniform numbers, points of the
// unit cube, to samples.
type Quantiler interface {
	// Quantile is the row z whose number j is the p_j-quantile of column j, for d numbers 0 ≤ p ≤ 1. It returns an error if the
	// base depends on a context or its family has no quantiles.
	Quantile(p []float64) (z []float64, err error)
}

// A FamilyQuantiler is a Family with quantiles: Quantile is the p-quantile for the parameters of one column, part by part. The
// families of this package return NaN if parts do not have the sizes of Parts or p is not from 0 to 1.
type FamilyQuantiler interface {
	Quantile(parts [][]float64, p float64) float64
}

// checkShares reports a p that is not d numbers from 0 to 1.
func checkShares(base string, dim int, p []float64) error {
	if dim < 1 {
		return fmt.Errorf("bases: %s: Quantile: the base is not made: want one of its constructor", base)
	}
	if len(p) != dim {
		return fmt.Errorf("bases: %s: Quantile: got %d numbers, want %d", base, len(p), dim)
	}
	for j, v := range p {
		if !isShare(v) {
			return fmt.Errorf("bases: %s: Quantile: number %d (from 0) is %v, want 0 to 1", base, j, v)
		}
	}
	return nil
}

func isShare(p float64) bool { return p >= 0 && p <= 1 }

// Quantile is Φ⁻¹(p_j), ±Inf at 0 and 1.
func (s StandardNormal) Quantile(p []float64) (z []float64, err error) {
	if err := checkShares("StandardNormal", s.dim, p); err != nil {
		return nil, err
	}
	for _, v := range p {
		z = append(z, kernel.Quantile(math.Log(v)))
	}
	return z, nil
}

// Quantile is low_j + p_j·(high_j − low_j).
func (u *Uniform) Quantile(p []float64) (z []float64, err error) {
	if err := checkShares("Uniform", u.Dim(), p); err != nil {
		return nil, err
	}
	for j, v := range p {
		z = append(z, u.at(j, v))
	}
	return z, nil
}

// Quantile takes the family's quantile in each column.
func (n *Independent) Quantile(p []float64) (z []float64, err error) {
	if n.parameters == nil {
		return nil, errNotMade
	}
	if err := checkShares("Independent", n.dim, p); err != nil {
		return nil, err
	}
	family, ok := n.config.Family.(FamilyQuantiler)
	if !ok || n.conditioner != nil {
		return nil, fmt.Errorf("bases: Independent: Quantile: of the family %T with %d numbers of context, want one that is a FamilyQuantiler, and no context",
			n.config.Family, n.config.Context)
	}
	theta, err := n.values(1, nil)
	if err != nil {
		return nil, err
	}
	for j, v := range p {
		z = append(z, family.Quantile(n.column(theta[0], j, nil), v))
	}
	return z, nil
}

// Quantile is μ + σ·Φ⁻¹(p).
func (Normal) Quantile(parts [][]float64, p float64) float64 {
	if !areParts(parts, 2) || !isShare(p) {
		return math.NaN()
	}
	return parts[0][0] + math.Exp(parts[1][0])*kernel.Quantile(math.Log(p))
}

// Quantile is μ + σ·t for the quantile t of the standard density with ν degrees.
func (StudentT) Quantile(parts [][]float64, p float64) float64 {
	if !areParts(parts, 3) || !isShare(p) {
		return math.NaN()
	}
	t := distuv.StudentsT{Sigma: 1, Nu: math.Exp(tenDegrees + parts[2][0])}.Quantile(p)
	return parts[0][0] + math.Exp(parts[1][0])*t
}
