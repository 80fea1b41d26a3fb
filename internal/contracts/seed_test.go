package contracts_test

import (
	"context"
	"reflect"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/tabular"
	"gaussflow/train"
	"gaussflow/transforms"
)

// seed puts into the pool what calls alone would seldom make: tables and files, flows that have been compiled or fitted, nodes.
func (c *caller) seed(t *testing.T) {
	put := func(v any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		c.keep(reflect.ValueOf(v))
	}
	table, err := data.Toy("moons", 60, 1)
	put(table, err)
	for _, name := range []string{"t.csv", "t.npy", "t.parquet"} {
		put(name, table.Write(name))
		put(data.Open(name, data.Options{}))
	}
	put(flows.NewCoupling(2, flows.CouplingConfig{Blocks: 1}))
	flow, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 1})
	put(flow, err)
	put(flow, flow.Compile(train.Config{}))
	put(train.New(flow, train.Config{}))
	model, err := tabular.Fit(context.Background(), table.Names, table.X, tabular.Config{Epochs: 1, Preset: tabular.Fast})
	put(model, err)
	put("m.gflow", model.Save("m.gflow"))
	put(layers.NewAffine(2, layers.AffineConfig{}))
	put(layers.NewHouseholder(2, layers.HouseholderConfig{}))
	put(layers.NewFixedOrtho(2, layers.FixedOrthoConfig{}))
	put(layers.NewMixtureCDF(2, layers.MixtureCDFConfig{}))
	put(layers.NewMixtureCDFCoupling(2, layers.MixtureCDFCouplingConfig{Context: 1}))
	put(layers.NewStandardize(table.X, layers.AffineConfig{}))
	mlp, err := layers.NewMLP(2, 3, layers.MLPConfig{Hidden: []int{4}})
	put(mlp, err)
	put(mlp.Final(), nil)
	for _, transform := range []transforms.Transform{transforms.Affine{}, transforms.GaussianMixtureCDF{Components: 2}, transforms.SinhArcsinh{}} {
		put(transform, nil)
		put(transforms.Describe(transform))
		coupling, err := layers.NewCoupling(2, layers.CouplingConfig{Transform: transform})
		put(coupling, err)
		elementwise, err := layers.NewElementwise(2, layers.ElementwiseConfig{Transform: transform, Context: 1})
		put(elementwise, err)
		chain, err := layers.NewChain(coupling, elementwise)
		put(chain, err)
		put(chain.Config(), nil)
		put(layers.Describe(chain))
	}
	for _, family := range []bases.Family{bases.Normal{}, bases.StudentT{}, bases.UniformInterval{}} {
		put(family, nil)
		base, err := bases.NewIndependent(2, bases.IndependentConfig{Family: family})
		put(base, err)
		put(bases.Describe(base))
	}
	put(bases.NewStandardNormal(2))
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		b := graph.NewBuilder(dtype)
		put(b, nil)
		for _, n := range []*G.Node{b.Input("x", 4, 2), b.Input("y", 4, 2), b.Input("w", 2, 2), b.Input("s"), b.Input("v", 3), b.Input("theta", 2, 6)} {
			put(n, b.Err())
		}
	}
}
