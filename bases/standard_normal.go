package bases

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// StandardNormal is d independent standard normals, log p(z) = Σ_j log φ(z_j): the base of a flow unless another is given.
type StandardNormal struct{ dim int }

// StandardNormalConfig is empty: a StandardNormal has no settings.
type StandardNormalConfig struct{}

// NewStandardNormal makes a StandardNormal of dim numbers.
func NewStandardNormal(dim int) (StandardNormal, error) {
	return StandardNormal{dim}, checkDim("StandardNormal", dim)
}

func standardNormalSpecs(dim int, _ StandardNormalConfig) ([]graph.ParamSpec, error) {
	return nil, checkDim("StandardNormal", dim)
}

func newStandardNormal(dim int, _ StandardNormalConfig, _ []*graph.Param) (StandardNormal, error) {
	return StandardNormal{dim}, nil
}

// Config is empty.
func (s StandardNormal) Config() StandardNormalConfig { return StandardNormalConfig{} }

// Dim is d.
func (s StandardNormal) Dim() int { return s.dim }

// Params is empty.
func (s StandardNormal) Params() []*graph.Param { return nil }

// LogProb is Σ_j log φ(z_j).
func (s StandardNormal) LogProb(b *graph.Builder, z, _ *G.Node) *G.Node { return b.LogNormal(z) }

// Sample draws n rows.
func (s StandardNormal) Sample(n int, _ mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	if err := checkSample("StandardNormal", n, s.dim, rng); err != nil {
		return nil, err
	}
	z := mat.NewDense(n, s.dim, nil)
	for i := range z.RawMatrix().Data {
		z.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return z, nil
}

func checkDim(base string, dim int) error {
	if dim < 1 {
		return fmt.Errorf("bases: %s: dim = %d, want ≥ 1", base, dim)
	}
	return nil
}

// maxDrawn limits the numbers that one call may draw, 8 GiB. More is taken for a mistake.
const maxDrawn = 1 << 30

func checkSample(base string, n, dim int, rng *rand.Rand) error {
	switch {
	case dim < 1:
		return fmt.Errorf("bases: %s: Sample: the base is not made: want one of its constructor", base)
	case n < 1 || n > maxDrawn/dim:
		return fmt.Errorf("bases: %s: Sample: n = %d, want 1 to %d", base, n, maxDrawn/dim)
	case rng == nil:
		return fmt.Errorf("bases: %s: Sample: rng is nil, want a seeded *rand.Rand", base)
	}
	return nil
}
