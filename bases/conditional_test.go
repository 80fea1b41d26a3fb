package bases_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/layers"
)

// first is a conditioner without parameters: θ is the first out numbers of the context.
type first struct{ out int }

func (first) Params() []*graph.Param { return nil }

func (f first) Apply(b *graph.Builder, known *G.Node) *G.Node { return b.Columns(known, 0, f.out) }

// conditional is a base of one normal number whose parameters come from the conditioner that make returns.
func conditional(make layers.MakeConditioner) (*bases.Independent, error) {
	return bases.NewIndependent(1, bases.IndependentConfig{Family: bases.Normal{}, Context: 3, Conditioner: make})
}

// TestConditionerOfNoParameters: a base may have a conditioner without parameters.
func TestConditionerOfNoParameters(t *testing.T) {
	base, err := conditional(func(_, out int) (layers.Conditioner, error) { return first{out}, nil })
	if err != nil {
		t.Fatal(err)
	}
	z, err := base.Sample(2, mat.NewDense(2, 3, []float64{5, -40, 0, -5, -40, 0}), rand.New(rand.NewPCG(1, 1)))
	if err != nil || !mat.EqualApprox(z, mat.NewDense(2, 1, []float64{5, -5}), 1e-12) {
		t.Errorf("drew %v (%v), want the means 5 and −5: the scales are nothing", z, err)
	}
}

// TestBadConditioner: a conditioner that is nil, or whose output has not the width of the family's parameters, is an error
// when the base is made.
func TestBadConditioner(t *testing.T) {
	for name, c := range map[string]struct {
		make layers.MakeConditioner
		want string
	}{
		"none":          {func(int, int) (layers.Conditioner, error) { return nil, nil }, "conditioner is nil"},
		"a nil pointer": {func(int, int) (layers.Conditioner, error) { return (*layers.MLP)(nil), nil }, "conditioner is nil"},
		"too narrow":    {func(_, out int) (layers.Conditioner, error) { return first{out - 1}, nil }, "[2 1] for 2 rows, want [2 2]"},
		"too wide":      {func(_, out int) (layers.Conditioner, error) { return first{out + 1}, nil }, "[2 3] for 2 rows, want [2 2]"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := conditional(c.make); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
