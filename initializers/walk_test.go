package initializers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// doubler is a layer that doubles its input and records at which site, and to which rows, it was fitted.
type doubler struct {
	sites *[]initializers.Site
	seen  *[]float64
	err   error
}

func (l doubler) InitFrom(y *mat.Dense, at initializers.Site) error {
	*l.sites = append(*l.sites, at)
	*l.seen = append(*l.seen, y.At(0, 0))
	return l.err
}

// opener is a doubler that begins a new block of layers, as a rotation does.
type opener struct{ doubler }

func (opener) Rotates() {}

func walk(layers ...any) (*mat.Dense, error) {
	push := func(_ int, y *mat.Dense) (*mat.Dense, error) {
		var twice mat.Dense
		twice.Scale(2, y)
		return &twice, nil
	}
	layer := func(i int) (any, string) { return layers[i], "layer" }
	return initializers.Walk(len(layers), layer, push, mat.NewDense(1, 1, []float64{1}), nil, initializers.IGConfig{Seed: 7})
}

// TestWalk: each layer is fitted to what those before it put out; a rotation opens a block, the first one block 0.
func TestWalk(t *testing.T) {
	var sites []initializers.Site
	var seen []float64
	plain := doubler{&sites, &seen, nil}
	rotation := opener{plain}
	z, err := walk(plain, rotation, plain, plain, rotation, plain)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []int
	for _, s := range sites {
		blocks = append(blocks, s.Block)
		if s.Seed != 7 || s.ScaleClamp != initializers.DefaultScaleClamp {
			t.Errorf("site %+v, want seed 7 and the default clamp", s)
		}
	}
	if want := []int{0, 0, 0, 0, 1, 1}; !slices.Equal(blocks, want) {
		t.Errorf("blocks %v, want %v", blocks, want)
	}
	if want := []float64{1, 2, 4, 8, 16, 32}; !slices.Equal(seen, want) || z.At(0, 0) != 64 {
		t.Errorf("the layers saw %v and %v came out, want %v and 64", seen, z.At(0, 0), want)
	}
}

// TestWalkErrors: an error of a fit names its layer.
func TestWalkErrors(t *testing.T) {
	var sites []initializers.Site
	var seen []float64
	ill := errors.New("ill")
	if _, err := walk(doubler{&sites, &seen, nil}, doubler{&sites, &seen, ill}); !errors.Is(err, ill) || !strings.Contains(err.Error(), "layer 1") {
		t.Errorf("error %v, want one of layer 1 that wraps %v", err, ill)
	}
}

// turner begins a new block of layers and has nothing to fit.
type turner struct{}

func (turner) Rotates() {}

// TestWalkPassesOver: layers that have nothing to fit stay as they are, and those after them are fitted to what they put out.
func TestWalkPassesOver(t *testing.T) {
	var sites []initializers.Site
	var seen []float64
	nothing := doubler{&sites, new([]float64), fmt.Errorf("a spline: %w", initializers.ErrNothingToFit)}
	z, err := walk(nil, turner{}, nothing, turner{}, (*doubler)(nil), doubler{&sites, &seen, nil})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, []float64{32}) || z.At(0, 0) != 64 || sites[1].Block != 1 {
		t.Errorf("the last layer saw %v in block %d and %v came out, want 32 in block 1, and 64", seen, sites[1].Block, z.At(0, 0))
	}
}

// TestFitColumnSeed: the fit depends on seed, block and dimension as seed + 1000·block + dimension, and on nothing else.
func TestFitColumnSeed(t *testing.T) {
	rng := initializers.NewRand(4, 4)
	values := make([]float64, 400)
	for i := range values {
		values[i] = rng.NormFloat64() + 3*float64(i%4)
	}
	fit := func(seed uint64, block, dim int) initializers.MixtureFit {
		at := initializers.Site{IGConfig: initializers.IGConfig{Seed: seed}, Block: block}
		f, _, err := at.FitColumn(values, dim, 5, initializers.DefaultScaleClamp, graph.Float64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	a, b := fit(3, 2, 1), fit(2003, 0, 1)
	if !slices.Equal(a.Means, b.Means) || !slices.Equal(a.Logits, b.Logits) || !slices.Equal(a.LogScales, b.LogScales) {
		t.Errorf("seed 3, block 2 gives means %v, seed 2003, block 0 %v; want them equal", a.Means, b.Means)
	}
}
