package bench

import (
	"testing"

	"gonum.org/v1/gonum/stat"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
)

// TestTrainedFlowIsTrained: the trained flow has a better log p of its rows than before training, and training gives the
// same flow each time, so that the peers receive the flow that is sampled here.
func TestTrainedFlowIsTrained(t *testing.T) {
	s := Shapes[0]
	x := s.Data(s.Batch)
	before, err := s.Flow(graph.Float32)
	errtest.None(t, err)
	after, err := s.Trained(graph.Float32)
	errtest.None(t, err)
	again, err := s.Trained(graph.Float32)
	errtest.None(t, err)
	first, err := before.LogProb(x)
	errtest.None(t, err)
	last, err := after.LogProb(x)
	errtest.None(t, err)
	if got, was := stat.Mean(last, nil), stat.Mean(first, nil); !(got > was+0.1) {
		t.Errorf("mean log p is %g after training, %g before", got, was)
	}
	for i, p := range after.Params() {
		if d := distance(p.Values(), again.Params()[i].Values()); d != 0 {
			t.Errorf("%s differs by %g between two trainings", p.Name, d)
		}
	}
}
