package train

import (
	"fmt"
	"math"
)

// A Monitor names the figure a callback watches; the zero value is the validation loss where there is one, the
// training loss otherwise. Any other name is that of a figure that a callback before this one has reported at the end of the
// epoch (State.Report). Less is better. An epoch without validation (FitConfig.ValidationFreq) has no validation loss: callbacks that
// watch it wait, and neither count nor save it.
type Monitor string

// The figures.
const (
	MonitorLoss    Monitor = "loss"
	MonitorValLoss Monitor = "val_loss"
)

// own reports a figure of a caller's, not of the fit's.
func (m Monitor) own() bool { return m != "" && m != MonitorLoss && m != MonitorValLoss }

// value is the figure of the epoch that has ended; there is none where it was not validated.
func (m Monitor) value(s *State) (v float64, is bool, err error) {
	l := s.Logs
	switch {
	case m == MonitorLoss, m == "" && !l.HasVal && !s.validated():
		return l.Loss, true, nil
	case (m == MonitorValLoss || m == "") && l.HasVal:
		return l.ValLoss, true, nil
	case (m == MonitorValLoss || m == "") && s.validated():
		return 0, false, nil
	case m == MonitorValLoss:
		return 0, false, fmt.Errorf("train: Monitor = %q, but there is no validation data", string(m))
	}
	v, reported := l.Metrics[string(m)]
	if !reported {
		return 0, false, fmt.Errorf("train: Monitor = %q, want %q, %q or a figure that a callback before this one reports at the end of each epoch", string(m), MonitorLoss, MonitorValLoss)
	}
	return v, true, nil
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
