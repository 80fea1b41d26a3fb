package layertest

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/layers"
)

// wants fails where err is not of a rule that is broken; of no rule, nothing is to be broken.
func wants(t *testing.T, rule string, err error) {
	t.Helper()
	switch {
	case rule == "" && err != nil:
		t.Errorf("nothing is wrong: %v", err)
	case rule != "" && (err == nil || !strings.Contains(err.Error(), rule+": ")):
		t.Errorf("%s: got %v, want it broken", rule, err)
	}
}

// matrix is the conditioner θ = known·w, with something wrong.
type matrix struct {
	params []*graph.Param
	apply  func(b *graph.Builder, known, theta *G.Node) *G.Node
}

func (m matrix) Params() []*graph.Param { return m.params }

func (m matrix) Apply(b *graph.Builder, known *G.Node) *G.Node {
	theta := b.MatMul(known, b.Param(m.params[0]))
	if m.apply != nil {
		return m.apply(b, known, theta)
	}
	return theta
}

// TestCheckConditionerFindsWhatIsWrong: each mistake breaks the rule that it is one against.
func TestCheckConditionerFindsWhatIsWrong(t *testing.T) {
	made := 0.0
	for rule, wrong := range map[string]struct {
		extra int  // parameters that have no effect
		start bool // from another number each time
		apply func(b *graph.Builder, known, theta *G.Node) *G.Node
		err   error
	}{
		"":       {},
		"Widths": {err: errors.New("no numbers")},
		"Rows": {apply: func(b *graph.Builder, _, theta *G.Node) *G.Node { // a shift that goes with how many rows there are
			return b.Shift(theta, 1/float64(graph.Rows(theta)))
		}},
		"Training": {extra: 1},
		"Params":   {start: true},
	} {
		wants(t, rule, CheckConditioner(func(in, out int) (layers.Conditioner, error) {
			m := matrix{params: []*graph.Param{graph.NewParam("w", graph.Float64, in, out)}, apply: wrong.apply}
			for range wrong.extra {
				m.params = append(m.params, graph.NewParam("idle", graph.Float64, 1))
			}
			if made++; wrong.start {
				v := m.params[0].Values()
				v[0] = made
				_ = m.params[0].Set(v)
			}
			return m, wrong.err
		}, ConditionerOptions{}))
	}
}

// scaled is a standard normal of two numbers with something wrong.
type scaled struct {
	bases.StandardNormal
	logProb func(b *graph.Builder, z *G.Node) *G.Node
	scale   float64 // of samples
}

func (s scaled) LogProb(b *graph.Builder, z, context *G.Node) *G.Node {
	if s.logProb != nil {
		return s.logProb(b, z)
	}
	return s.StandardNormal.LogProb(b, z, context)
}

func (s scaled) Sample(n int, context mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	z, err := s.StandardNormal.Sample(n, context, rng)
	if err == nil {
		z.Scale(s.scale, z)
	}
	return z, err
}

// TestCheckBaseFindsWhatIsWrong: each mistake breaks the rule that it is one against.
func TestCheckBaseFindsWhatIsWrong(t *testing.T) {
	normal, err := bases.NewStandardNormal(2)
	if err != nil {
		t.Fatal(err)
	}
	for rule, wrong := range map[string]scaled{
		"":        {scale: 1},
		"Density": {scale: 1.1},
		"Rows": {scale: 1, logProb: func(b *graph.Builder, z *G.Node) *G.Node {
			return b.Shift(b.LogNormal(z), 1/float64(graph.Rows(z)))
		}},
		"Tails": {scale: 1, logProb: func(b *graph.Builder, z *G.Node) *G.Node {
			return b.Sub(b.LogNormal(z), b.Scale(b.SumLast(b.Exp(z)), 1e-9))
		}},
	} {
		wrong.StandardNormal = normal
		wants(t, rule, CheckBase(func() bases.Base { return wrong }, BaseOptions{}))
	}
}
