package layers

import "gaussflow/graph"

// ActNorm is an Affine that the first data sets, so that its columns come out with mean 0 and standard deviation 1, and that training
// then moves like any other: the first Fit of a fresh flow does so with the first rows it is given, a warm start with all of them. It is
// trained where a Standardize is not.
//
// Source: Kingma & Dhariwal 2018, arXiv:1807.03039 (Glow).
type ActNorm struct{ Affine }

// NewActNorm makes the identity of ℝᵈ, d = dim, until there is data.
func NewActNorm(dim int, c AffineConfig) (*ActNorm, error) {
	return made(dim, c, c.Dtype, actNormSpecs, newActNorm)
}

func actNormSpecs(dim int, c AffineConfig) ([]graph.ParamSpec, error) {
	return trainedAffine("ActNorm", dim, c)
}

func newActNorm(dim int, c AffineConfig, params []*graph.Param) (*ActNorm, error) {
	a, err := newAffine(dim, c, params)
	if err != nil {
		return nil, err
	}
	return &ActNorm{*a}, nil
}

// SetsItself marks the layer as one that the first data of a fit sets, by InitFrom.
func (a *ActNorm) SetsItself() {}
