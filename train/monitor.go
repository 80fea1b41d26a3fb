package train

import (
	"fmt"
	"math"
)

// A Monitor names the figure a callback watches; the zero value is the validation loss where there is one, the
// training loss otherwise.
type Monitor string

// The figures.
const (
	MonitorLoss    Monitor = "loss"
	MonitorValLoss Monitor = "val_loss"
)

func (m Monitor) value(l Logs) (float64, error) {
	switch {
	case m == MonitorLoss, m == "" && !l.HasVal:
		return l.Loss, nil
	case m == MonitorValLoss && !l.HasVal:
		return 0, fmt.Errorf("train: Monitor = %q, but there is no validation data", string(m))
	case m == MonitorValLoss, m == "":
		return l.ValLoss, nil
	}
	return 0, fmt.Errorf("train: Monitor = %q, want %q or %q", string(m), MonitorLoss, MonitorValLoss)
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
