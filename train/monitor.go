package train

import (
	"fmt"
	"math"
)

// A Monitor names the figure a callback watches; the zero value is the validation loss where there is one, the
// training loss otherwise. Any other name is that of a figure that a callback before this one has reported at the end of the
// epoch (State.Report). Less is better.
type Monitor string

// The figures.
const (
	MonitorLoss    Monitor = "loss"
	MonitorValLoss Monitor = "val_loss"
)

// own reports a figure of a caller's, not of the fit's.
func (m Monitor) own() bool { return m != "" && m != MonitorLoss && m != MonitorValLoss }

func (m Monitor) value(l Logs) (float64, error) {
	switch {
	case m == MonitorLoss, m == "" && !l.HasVal:
		return l.Loss, nil
	case m == MonitorValLoss && !l.HasVal:
		return 0, fmt.Errorf("train: Monitor = %q, but there is no validation data", string(m))
	case m == MonitorValLoss, m == "":
		return l.ValLoss, nil
	}
	v, reported := l.Metrics[string(m)]
	if !reported {
		return 0, fmt.Errorf("train: Monitor = %q, want %q, %q or a figure that a callback before this one reports at the end of each epoch", string(m), MonitorLoss, MonitorValLoss)
	}
	return v, nil
}

// best tracks the least value seen; NaN is never an improvement.
type best struct {
	value float64
	epoch int
	wait  int // epochs since
}

func newBest() best { return best{value: math.Inf(1), epoch: Start} }

func (b *best) improved(v float64, epoch int, minDelta float64) bool {
	if v < b.value-minDelta {
		*b = best{value: v, epoch: epoch}
		return true
	}
	b.wait++
	return false
}
