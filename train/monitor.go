package train

import (
	"fmt"
	"math"
)

// A Monitor names the figure that a callback monitors; less is better. The zero value is the validation loss if there is one, the
// training loss otherwise. A name other than the constants below is a figure that an earlier callback has reported at the end of
// the epoch (State.Report). An epoch without validation (FitConfig.ValidationFreq) has no validation loss: callbacks that monitor
// it skip that epoch, and it does not count towards their patience.
type Monitor string

// The fit's own figures.
const (
	MonitorLoss    Monitor = "loss"
	MonitorValLoss Monitor = "val_loss"
)

// own reports whether the figure is one that callbacks report, rather than the fit's own.
func (m Monitor) own() bool { return m != "" && m != MonitorLoss && m != MonitorValLoss }

// value is the figure of the epoch that has ended; is reports whether there is one, which an epoch without validation
// may lack.
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
	wait  int // epochs since the best one
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
