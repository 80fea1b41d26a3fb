package contracts_test

import (
	"context"
	"reflect"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/tabular"
	"gaussflow/train"
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
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		b := graph.NewBuilder(dtype)
		put(b, nil)
		for _, n := range []*G.Node{b.Input("x", 4, 2), b.Input("y", 4, 2), b.Input("w", 2, 2), b.Input("s"), b.Input("v", 3), b.Input("theta", 2, 6)} {
			put(n, b.Err())
		}
	}
}
