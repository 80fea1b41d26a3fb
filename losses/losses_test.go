package losses_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/losses"
)

// z holds two latent rows of two columns, and layerLosses the −logDet of two layers for each row.
var (
	z           = []float64{0.5, -1, 3, 0}
	layerLosses = [][]float64{{0.25, -2}, {1, 0.5}}
	log2Pi      = math.Log(2 * math.Pi)
)

// rowsOf returns the losses of the two rows.
func rowsOf(t *testing.T, l losses.Loss) []float64 {
	t.Helper()
	var out *G.Node
	values := map[*G.Node][]float64{}
	p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		terms := losses.Terms{Output: b.Input("z", 2, 2)}
		values[terms.Output] = z
		terms.LogBase = b.LogNormal(terms.Output)
		for _, v := range layerLosses {
			n := b.Input("layer loss", 2)
			values[n] = v
			terms.LayerLosses = append(terms.LayerLosses, n)
		}
		out = l.Rows(b, terms)
		return []*G.Node{out}
	})
	if err != nil {
		t.Fatal(err)
	}
	for n, v := range values {
		p.Set(n, v)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	rows := make([]float64, 2)
	p.Get(out, rows)
	return rows
}

// TestNLL: the loss is ½‖z‖² + d/2·log 2π under the standard normal, plus the layers' losses; files that name the loss by
// its earlier name have the same loss.
func TestNLL(t *testing.T) {
	want := []float64{(0.25+1)/2 + log2Pi + 0.25 + 1, 9.0/2 + log2Pi - 2 + 0.5}
	for _, kind := range []string{"nll", "base_nll"} {
		loss, err := losses.New(losses.Description{Kind: kind, Config: []byte("{}")})
		if err != nil {
			t.Fatal(err)
		}
		if loss.Name() != "nll" {
			t.Errorf("%s has the name %q, want nll", kind, loss.Name())
		}
		for i, got := range rowsOf(t, loss) {
			if math.Abs(got-want[i]) > 1e-14 {
				t.Errorf("%s of row %d = %v, want %v", kind, i, got, want[i])
			}
		}
	}
}

// TestL2: the penalty is λ·Σw² over trainable parameters with the suffix, its gradient is 2λw, and both are zero where no
// parameter has the suffix.
func TestL2(t *testing.T) {
	kernel, bias, fixed := graph.NewParam("a.kernel", graph.Float64, 2), graph.NewParam("a.bias", graph.Float64, 1), graph.NewParam("q.kernel", graph.Float64, 1)
	fixed.Trainable = false
	for p, v := range map[*graph.Param][]float64{kernel: {3, -1}, bias: {2}, fixed: {7}} {
		if err := p.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	for suffix, want := range map[string]struct{ value, slope float64 }{
		"":        {0.5 * (9 + 1 + 4), 3},
		".kernel": {0.5 * (9 + 1), 3},
		".bias":   {0.5 * 4, 0},
		".gamma":  {0, 0},
	} {
		var value *G.Node
		var grads []*G.Node
		p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
			value = losses.L2{Lambda: 0.5, Suffix: suffix}.Scalar(b, []*graph.Param{kernel, bias, fixed})
			grads = b.Grad(value, b.Param(kernel))
			return []*G.Node{value, grads[0]}
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		slope := make([]float64, 2)
		p.Get(grads[0], slope)
		if p.Scalar(value) != want.value || slope[0] != want.slope {
			t.Errorf("suffix %q: penalty %v with slope %v, want %v and %v", suffix, p.Scalar(value), slope[0], want.value, want.slope)
		}
	}
}
