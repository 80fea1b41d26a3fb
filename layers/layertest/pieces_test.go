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

// wants fails unless err says that the rule is broken; for an empty rule, unless err is nil.
func wants(t *testing.T, rule string, err error) {
	t.Helper()
	switch {
	case rule == "" && err != nil:
		t.Errorf("nothing is wrong: %v", err)
	case rule != "" && (err == nil || !strings.Contains(err.Error(), rule+": ")):
		t.Errorf("%s: got %v, want it broken", rule, err)
	}
}

// matrix is the conditioner θ = known·w, into which a test builds a mistake.
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

// TestCheckConditionerFindsWhatIsWrong: for each mistake, the error names the rule that it breaks.
func TestCheckConditionerFindsWhatIsWrong(t *testing.T) {
	made := 0.0
	for rule, wrong := range map[string]struct {
		extra int  // parameters that have no effect
		start bool // each conditioner that is made begins with other parameters
		apply func(b *graph.Builder, known, theta *G.Node) *G.Node
		err   error
	}{
		"":       {},
		"Widths": {err: errors.New("no numbers")},
		"Rows": {apply: func(b *graph.Builder, _, theta *G.Node) *G.Node { // a shift that depends on the number of rows
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

// scaled is a standard normal of two numbers, into which a test builds a mistake.
type scaled struct {
	bases.StandardNormal
	logProb func(b *graph.Builder, z *G.Node) *G.Node
	scale   float64 // by which samples are multiplied
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

// TestCheckBaseFindsWhatIsWrong: for each mistake, the error names the rule that it breaks.
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
