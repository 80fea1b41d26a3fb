package train

import (
	"fmt"
	"math"

	"gaussflow/graph"
)

// OptimizerState is the state of an optimizer, in the order of the trainable parameters.
type OptimizerState struct {
	Step      int           `json:"step"`
	RateScale float64       `json:"rate_scale"` // the factor by which callbacks have multiplied the learning rate
	Warmup    Warmup        `json:"warmup,omitzero"`
	Slots     [][][]float64 `json:"slots"` // parameter, slot, element
}

// State is a copy of the optimizer's state; empty if the trainer was not made by New.
func (t *Trainer) State() OptimizerState {
	if t.compiled("") != nil {
		return OptimizerState{}
	}
	return OptimizerState{Step: t.step, RateScale: t.rateScale, Warmup: t.warmup, Slots: t.engine.state()}
}

// SetState restores such a copy. It returns an error if the copy belongs to another optimizer or model.
func (t *Trainer) SetState(s OptimizerState) error {
	const op = "train: SetState"
	if err := t.compiled(op); err != nil {
		return err
	}
	if len(s.Slots) != len(t.params) {
		return &graph.ShapeError{Op: op, Got: fmt.Sprintf("%d parameters", len(s.Slots)), Want: fmt.Sprint(len(t.params))}
	}
	for i, p := range t.params {
		if want := t.config.Optimizer.Slots(); len(s.Slots[i]) != want {
			return &graph.ShapeError{Op: op, Got: fmt.Sprintf("%d slots", len(s.Slots[i])), Want: fmt.Sprint(want)}
		}
		for _, v := range s.Slots[i] {
			if len(v) != p.Size() {
				return &graph.ShapeError{Op: op, Got: fmt.Sprintf("%d elements", len(v)), Want: fmt.Sprint(p.Size())}
			}
		}
	}
	if s.Step < 0 || !s.Warmup.valid() || !(s.RateScale >= 0) || math.IsInf(s.RateScale, 0) {
		return fmt.Errorf("%s: Step = %d, Warmup = %+v, RateScale = %g, want Step ≥ 0, 0 ≤ Done ≤ Rows and a finite RateScale ≥ 0", op, s.Step, s.Warmup, s.RateScale)
	}
	t.engine.setState(s.Slots)
	t.step, t.warmup, t.rateScale = s.Step, s.Warmup, s.RateScale
	return nil
}

func (t *Trainer) weights() [][]float64 {
	w := make([][]float64, len(t.params))
	for i, p := range t.params {
		w[i] = p.Values()
	}
	return w
}

func (t *Trainer) setWeights(op string, w [][]float64) error {
	if len(w) != len(t.params) {
		return &graph.ShapeError{Op: op, Got: fmt.Sprintf("%d tensors", len(w)), Want: fmt.Sprint(len(t.params))}
	}
	for i, p := range t.params {
		if err := p.Set(w[i]); err != nil {
			return err
		}
	}
	return nil
}
