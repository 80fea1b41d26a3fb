package layers_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// autoregressiveCase is a layer that zuko or nflows computed; see testdata/reference_autoregressive.py.
type autoregressiveCase struct {
	Name         string      `json:"name"`
	Transform    string      `json:"transform"`
	Bins         int         `json:"bins"`
	Order        []int       `json:"order"`
	Hidden       []int       `json:"hidden"`
	Residual     bool        `json:"residual"`
	ContextDim   int         `json:"context_dim"`
	FastSampling bool        `json:"fast_sampling"`
	Params       [][]float64 `json:"params"`
	Context      [][]float64 `json:"context"`
	X            [][]float64 `json:"x"`
	Z            [][]float64 `json:"z"`
	LogDet       []float64   `json:"log_det"`
}

func (c autoregressiveCase) layer(t *testing.T, dtype graph.Dtype) *layers.Autoregressive {
	t.Helper()
	config := layers.AutoregressiveConfig{
		Transform: transforms.Affine{}, Order: c.Order, Context: c.ContextDim, FastSampling: c.FastSampling,
		Conditioner: layers.MLPConfig{Hidden: c.Hidden, Activation: graph.Tanh, Residual: c.Residual, Dtype: dtype}.Masked,
	}
	if c.Transform == "spline" {
		config.Transform = transforms.RationalQuadraticSpline{Bins: c.Bins}
	}
	l, err := layers.NewAutoregressive(len(c.Order), config)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range l.Params() {
		if err := p.Set(c.Params[i]); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// TestAutoregressiveReference: masks, degrees, orders and the layout of θ are those of zuko and nflows, in both directions.
func TestAutoregressiveReference(t *testing.T) {
	raw, err := os.ReadFile("testdata/autoregressive.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []autoregressiveCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for dtype, tolerance := range map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 2e-4} {
			l := c.layer(t, dtype)
			minus := slices.Clone(c.LogDet)
			for i := range minus {
				minus[i] *= -1
			}
			for _, way := range []struct {
				name   string
				run    func(b *graph.Builder, x, context *G.Node) (y, logDet *G.Node)
				x, y   [][]float64
				logDet []float64
			}{
				{"forward", l.Forward, c.X, c.Z, c.LogDet},
				{"inverse", l.Inverse, c.Z, c.X, minus},
			} {
				y, logDet := runRows(t, dtype, way.run, way.x, c.Context)
				for what, pair := range map[string][2][]float64{"value": {y, slices.Concat(way.y...)}, "log-det": {logDet, way.logDet}} {
					for i, want := range pair[1] {
						if got := pair[0][i]; !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
							t.Errorf("%s, %s, %s: %s %d = %v, want %v", c.Name, dtype, way.name, what, i, got, want)
						}
					}
				}
			}
		}
	}
}

// runRows runs a layer's map over the rows of x, with context or, if that is nil, without.
func runRows(t *testing.T, dtype graph.Dtype, run func(b *graph.Builder, x, context *G.Node) (y, logDet *G.Node), x, context [][]float64) (y, logDet []float64) {
	t.Helper()
	d := len(x[0])
	var rows []float64
	for i := range x {
		rows = append(rows, x[i]...)
		if context != nil {
			rows = append(rows, context[i]...)
		}
	}
	width := len(rows) / len(x)
	out, err := graph.NewRowFunc(dtype, width, func(b *graph.Builder, rows *G.Node) []*G.Node {
		x, context := rows, (*G.Node)(nil)
		if width > d {
			x, context = b.Apart(rows, d)
		}
		y, logDet := run(b, x, context)
		return []*G.Node{y, logDet}
	}).Run(mat.NewDense(len(x), width, rows))
	if err != nil {
		t.Fatal(err)
	}
	return out[0], out[1]
}
