package layers_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
	"gaussflow/rows"
)

// linearCase is a layer of testdata/linear.json, which nflows computed.
type linearCase struct {
	W             [][]float64
	Shift         []float64
	LogScale      []float64 `json:"log_scale"`
	X, Z, Y, Back [][]float64
	LogDet        []float64 `json:"log_det"`
	InverseLogDet []float64 `json:"inverse_log_det"`
}

func rowsOf(rows [][]float64) *mat.Dense {
	return mat.NewDense(len(rows), len(rows[0]), slices.Concat(rows...))
}

// TestLinearAgainstNflows: LU and ActNorm at the parameters of nflows' layers.
func TestLinearAgainstNflows(t *testing.T) {
	raw, err := os.ReadFile("testdata/linear.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string][]linearCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for kind, of := range cases {
		for _, c := range of {
			for dtype, tol := range map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 2e-4} {
				var l layers.Bijector
				if kind == "lu" {
					l = must(layers.NewLUFrom(rowsOf(c.W), dtype))
				} else {
					l = must(layers.NewActNorm(len(c.Shift), layers.AffineConfig{Dtype: dtype}))
					for i, values := range [][]float64{c.Shift, c.LogScale} {
						if err := l.Params()[i].Set(values); err != nil {
							t.Fatal(err)
						}
					}
				}
				z, logDet := forward(t, l, rowsOf(c.X))
				back, inverseLogDet := inverse(t, l, rowsOf(c.Y))
				within(t, kind+": z", elements(z), slices.Concat(c.Z...), tol)
				within(t, kind+": log-det", logDet, c.LogDet, tol)
				within(t, kind+": inverse", elements(back), slices.Concat(c.Back...), tol)
				within(t, kind+": log-det of the inverse", inverseLogDet, c.InverseLogDet, tol)
			}
		}
	}
}

// TestFreshLinearLayers: a fresh LU or ActNorm is the identity to the last bit, and an LU of an order is that permutation.
func TestFreshLinearLayers(t *testing.T) {
	x := layertest.Normal(7, 4, 3, 1)
	order := layers.Shuffled(4, 3)
	for name, l := range map[string]layers.Bijector{
		"lu": must(layers.NewLU(4, layers.LUConfig{})), "act norm": must(layers.NewActNorm(4, layers.AffineConfig{})),
		"lu of an order": must(layers.NewLU(4, layers.LUConfig{Order: order})),
	} {
		z, logDet := forward(t, l, x)
		for i := range 7 {
			for j := range 4 {
				want := x.At(i, j)
				if name == "lu of an order" {
					want = x.At(i, order[j])
				}
				if z.At(i, j) != want || logDet[i] != 0 {
					t.Fatalf("%s: row %d is mapped to %v, log-det %v", name, i, z.RawRowView(i), logDet[i])
				}
			}
		}
	}
}

// TestActNormIsSetByData: after InitFrom the columns come out standardized, and the layer is still an ActNorm and trainable.
func TestActNormIsSetByData(t *testing.T) {
	a := must(layers.NewActNorm(3, layers.AffineConfig{})).(*layers.ActNorm)
	x := layertest.Normal(200, 3, 7, 2)
	if err := a.InitFrom(x, initializers.Site{}); err != nil {
		t.Fatal(err)
	}
	z, _ := forward(t, a, x)
	for j := range 3 {
		if mean, std := rows.MeanStd(mat.Col(nil, j, z)); !(math.Abs(mean) <= 1e-12) || !(math.Abs(std-1) <= 1e-12) {
			t.Errorf("column %d comes out with mean %v, deviation %v", j, mean, std)
		}
	}
	if layers.Kind(a) != "act_norm" || !a.Params()[0].Trainable {
		t.Errorf("it is a %s, trained: %v", layers.Kind(a), a.Params()[0].Trainable)
	}
}

// TestOrders: Reversed, Shuffled and RandomMask return valid orders and masks, and the same ones for the same seed.
func TestOrders(t *testing.T) {
	if got := layers.Reversed(4); !slices.Equal(got, []int{3, 2, 1, 0}) {
		t.Errorf("reversed: %v", got)
	}
	drawn := map[string]bool{}
	for seed := range uint64(20) {
		order := layers.Shuffled(6, seed)
		if _, ok := graph.InverseOrder(order); !ok || !slices.Equal(order, layers.Shuffled(6, seed)) {
			t.Fatalf("seed %d: %v", seed, order)
		}
		m := layers.RandomMask(7, seed)
		if m.Count(true) != 3 || !slices.Equal(m, layers.RandomMask(7, seed)) || m.Validate(7) != nil {
			t.Fatalf("seed %d: %v", seed, m)
		}
		text, _ := json.Marshal(m)
		drawn[string(text)] = true
	}
	if len(drawn) < 10 {
		t.Errorf("20 seeds draw %d masks", len(drawn))
	}
	if layers.Shuffled(-1, 0) != nil || layers.Reversed(1<<25) != nil || layers.RandomMask(-3, 1) != nil {
		t.Error("an order or a mask of no number of columns")
	}
}
