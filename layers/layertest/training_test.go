package layertest

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// shifts is z = x + Σ shift, a user's own bijector; the first `listed` shifts are in Params, and the first `used` are in its maps.
type shifts struct {
	shift  []*graph.Param
	listed int
	used   int
}

func newShifts(n, listed, used int) *shifts {
	s := &shifts{listed: listed, used: used}
	for i := range n {
		s.shift = append(s.shift, graph.NewParam(string(rune('a'+i)), graph.Float64, 2))
	}
	return s
}

func (s *shifts) Name() string           { return "shifts" }
func (s *shifts) Dim() int               { return 2 }
func (s *shifts) Params() []*graph.Param { return s.shift[:s.listed] }

func (s *shifts) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	for _, p := range s.shift[:s.used] {
		x = b.Add(x, b.Param(p))
	}
	return x, b.Zeros(graph.Rows(x))
}

func (s *shifts) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	for _, p := range s.shift[:s.used] {
		z = b.Sub(z, b.Param(p))
	}
	return z, b.Zeros(graph.Rows(z))
}

// TestTrainingStepFindsWhatIsNotTrained: the suite refuses a layer with a parameter that training would never change.
func TestTrainingStepFindsWhatIsNotTrained(t *testing.T) {
	for name, c := range map[string]struct {
		layer *shifts
		word  string // contained in the error; if empty, there is no error
	}{
		"equal gradients": {newShifts(2, 2, 2), ""},
		"not used":        {newShifts(2, 2, 1), `does not depend on parameter 1 (from 0), "b"`},
		"not listed":      {newShifts(2, 1, 2), `"b" of shape (2), which is not among the parameters`},
	} {
		switch err := trainingStep(c.layer); {
		case c.word == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.word != "" && (err == nil || !strings.Contains(err.Error(), c.word)):
			t.Errorf("%s: error %v, want one with %s", name, err, c.word)
		}
	}
}
