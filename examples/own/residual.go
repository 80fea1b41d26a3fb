package main

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
)

// residual is a conditioner: a perceptron of one hidden layer with a short cut around it,
//
//	h = x·W,  θ = (h + gelu(h·U + u))·V.
//
// V starts at zero, and so θ does: a layer with this conditioner starts as the identity.
type residual struct {
	config residualConfig
	params []*graph.Param // W, U, u, V
}

type residualConfig struct {
	Width int    `json:"width"` // width of h
	Seed  uint64 `json:"seed"`  // for W and U
}

func residualSpecs(in, out int, c residualConfig) ([]graph.ParamSpec, error) {
	return []graph.ParamSpec{
		{Name: "W", Shape: []int{in, c.Width}}, {Name: "U", Shape: []int{c.Width, c.Width}},
		{Name: "u", Shape: []int{c.Width}}, {Name: "V", Shape: []int{c.Width, out}},
	}, nil
}

func newResidual(_, _ int, c residualConfig, params []*graph.Param) (residual, error) {
	return residual{c, params}, nil
}

// New makes a conditioner with initial parameters: it is a layers.MakeConditioner.
func (c residualConfig) New(in, out int) (layers.Conditioner, error) {
	specs, _ := residualSpecs(in, out, c)
	params, err := graph.NewParams(graph.Float64, specs)
	if err != nil {
		return nil, err
	}
	rng := initializers.NewRand(c.Seed, 1)
	for _, p := range params[:2] {
		if err := p.Set(initializers.GlorotUniform.Make(p.Shape()[0], p.Shape()[1], rng)); err != nil {
			return nil, err
		}
	}
	return residual{c, params}, nil
}

func (r residual) Config() residualConfig { return r.config }
func (r residual) Params() []*graph.Param { return r.params }

func (r residual) Apply(b *graph.Builder, known *G.Node) *G.Node {
	h := b.MatMul(known, b.Param(r.params[0]))
	inner := b.Dense(h, b.Param(r.params[1]), b.Param(r.params[2]), graph.Gelu)
	return b.MatMul(b.Add(h, inner), b.Param(r.params[3]))
}

func init() { must(layers.RegisterConditioner("own.residual", residualSpecs, newResidual)) }
