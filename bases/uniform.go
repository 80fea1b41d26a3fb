package bases

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// Uniform is the uniform density on a box, including its faces,
//
//	log p(z) = −Σ_j log(high_j − low_j)   where low_j ≤ z_j ≤ high_j for all j,   −Inf elsewhere.
//
// It has no parameters; the box is part of the configuration. A row that the layers map outside the box has log p = −Inf:
// Flow.LogProb returns that, but Fit fails. So the last layers must map into the box, whatever their parameters. A box that
// depends on the context is an Independent of UniformInterval.
type Uniform struct {
	config    UniformConfig
	logVolume float64
	bounds    map[graph.Dtype][2]*graph.Param // low and high, as constants for graphs of either type of numbers
}

// UniformConfig is the box.
type UniformConfig struct {
	Low  []float64 `json:"low"`  // required, a number a column
	High []float64 `json:"high"` // required, a number a column, above Low
}

// clone is the box in slices of its own.
func (c UniformConfig) clone() UniformConfig {
	return UniformConfig{slices.Clone(c.Low), slices.Clone(c.High)}
}

// Validate reports Low and High that do not describe a box.
func (c UniformConfig) Validate() error {
	if len(c.Low) == 0 || len(c.Low) != len(c.High) {
		return fmt.Errorf("bases: Uniform: got %d numbers in Low and %d in High, want one a column in both, of at least one column", len(c.Low), len(c.High))
	}
	for j, low := range c.Low {
		if width := c.High[j] - low; !(width > 0) || math.IsInf(width, 0) {
			return fmt.Errorf("bases: Uniform: column %d (from 0): Low = %g, High = %g, want Low < High, a finite number apart", j, low, c.High[j])
		}
	}
	return nil
}

// NewUniform makes a Uniform with one column for each number of Low.
func NewUniform(c UniformConfig) (*Uniform, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	u := &Uniform{config: c.clone(), bounds: map[graph.Dtype][2]*graph.Param{}}
	for j, low := range c.Low {
		u.logVolume += math.Log(c.High[j] - low)
	}
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		var of [2]*graph.Param
		for i, values := range [][]float64{c.Low, c.High} {
			of[i] = graph.NewParam([]string{"low", "high"}[i], dtype, len(values))
			of[i].Trainable = false
			if err := of[i].Set(values); err != nil {
				return nil, fmt.Errorf("bases: Uniform: %w", err)
			}
		}
		u.bounds[dtype] = of
	}
	return u, nil
}

func uniformSpecs(dim int, c UniformConfig) ([]graph.ParamSpec, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if len(c.Low) != dim {
		return nil, fmt.Errorf("bases: Uniform: the box has %d columns, want %d", len(c.Low), dim)
	}
	return nil, nil
}

func newUniform(_ int, c UniformConfig, _ []*graph.Param) (*Uniform, error) { return NewUniform(c) }

// Config is the box.
func (u *Uniform) Config() UniformConfig { return u.config.clone() }

// Dim is d.
func (u *Uniform) Dim() int { return len(u.config.Low) }

// Params is empty.
func (u *Uniform) Params() []*graph.Param { return nil }

// Bounded is true: outside the box the density is zero.
func (u *Uniform) Bounded() bool { return true }

// LogProb is −log volume inside and −Inf outside.
func (u *Uniform) LogProb(b *graph.Builder, z, _ *G.Node) *G.Node {
	bounds, made := u.bounds[b.Dtype()]
	if !made {
		return b.Fail(errUniformNotMade)
	}
	below, above := b.LogStep(b.Sub(z, b.Param(bounds[0]))), b.LogStep(b.Scale(b.Sub(z, b.Param(bounds[1])), -1))
	return b.Shift(b.SumLast(b.Add(below, above)), -u.logVolume)
}

var errUniformNotMade = errors.New("bases: Uniform: the base is not made: want one of NewUniform")

// Sample draws n rows.
func (u *Uniform) Sample(n int, _ mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	if err := checkSample("Uniform", n, u.Dim(), rng); err != nil {
		return nil, err
	}
	z := mat.NewDense(n, u.Dim(), nil)
	for i := range n {
		for j := range u.Dim() {
			z.Set(i, j, u.at(j, rng.Float64()))
		}
	}
	return z, nil
}

// at is the p-quantile of column j.
func (u *Uniform) at(j int, p float64) float64 {
	low, high := u.config.Low[j], u.config.High[j]
	return min(low+p*(high-low), high)
}
