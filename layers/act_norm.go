package layers

import "gaussflow/graph"

// ActNorm is an Affine that the first data initialize, so that its output has mean 0 and standard deviation 1 in each column, and
// that is trained from there like any other layer. The first Fit of a fresh flow initializes it from the first rows it is given, a
// warm start from all of them. A Standardize, by contrast, is not trained.
//
// Source: Kingma & Dhariwal 2018, arXiv:1807.03039 (Glow).
type ActNorm struct{ Affine }

// NewActNorm makes a layer that is the identity of ℝᵈ, d = dim, until it is initialized.
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

// SetsItself marks the layer as one that the first data of a fit initialize, through InitFrom.
func (a *ActNorm) SetsItself() {}
