package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
)

// student is a base: d independent numbers with Student's t distribution, each with ν_j = e^η_j degrees of freedom, where η is
// trained with the layers,
//
//	log p(z) = Σ_j log Γ((ν_j+1)/2) − log Γ(ν_j/2) − ½ log(ν_j π) − (ν_j+1)/2·log(1 + z_j²/ν_j).
type student struct{ eta *graph.Param }

type studentConfig struct{} // empty: η, a parameter, is all there is

func studentSpecs(dim int, _ studentConfig) ([]graph.ParamSpec, error) {
	return []graph.ParamSpec{{Name: "eta", Shape: []int{dim}}}, nil
}

func newStudent(_ int, _ studentConfig, params []*graph.Param) (student, error) {
	return student{params[0]}, nil
}

func (s student) Config() studentConfig  { return studentConfig{} }
func (s student) Dim() int               { return s.eta.Size() }
func (s student) Params() []*graph.Param { return []*graph.Param{s.eta} }

func (s student) LogProb(b *graph.Builder, z, _ *G.Node) *G.Node {
	eta := b.Param(s.eta)
	square := b.LogOnePlusSquare(b.Mul(z, b.Exp(b.Scale(eta, -0.5)))) // log(1 + z²/ν)
	tails := b.SumLast(b.Mul(square, b.Scale(b.Shift(b.Exp(eta), 1), 0.5)))
	return b.Sub(b.ExpandLast(b.SumLast(b.StudentConstant(eta)), graph.Rows(z)), tails)
}

func (s student) Sample(n int, _ mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	z := mat.NewDense(n, s.Dim(), nil)
	for j, eta := range s.eta.Values() {
		t := distuv.StudentsT{Sigma: 1, Nu: math.Exp(eta), Src: rng}
		for i := range n {
			z.Set(i, j, t.Rand())
		}
	}
	return z, nil
}

func init() { must(bases.Register("own.student", studentSpecs, newStudent)) }
