package train

import (
	"errors"
	"strings"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// AdamW is Adam with decoupled weight decay, p ← p − rate·WeightDecay·p before each step (Loshchilov & Hutter
// 2019, arXiv:1711.05101).
type AdamW struct {
	Adam
	WeightDecay float64 `json:"weight_decay,omitempty"` // default 0.004; None: no decay
	// Suffix limits the decay to parameters whose names end in it, as ".kernel"; empty: all.
	Suffix string `json:"suffix,omitempty"`
}

// Validate reports fields out of range.
func (o AdamW) Validate() error {
	return errors.Join(defaults.CheckNone("train: AdamW", "WeightDecay", o.WeightDecay), o.Adam.Validate())
}

// Rules are the update for each type of numbers.
func (o AdamW) Rules() Rules { return Rules{adamW[float64](o), adamW[float32](o)} }

func adamW[T kernel.Float](o AdamW) Rule[T] {
	decay, step := defaults.OrNone(o.WeightDecay, 0.004), adam[T](o.Adam)
	return func(p Part[T], rate float64, n int) {
		if strings.HasSuffix(p.Name, o.Suffix) {
			keep := T(1 - rate*decay)
			for i := range p.Values {
				p.Values[i] *= keep
			}
		}
		step(p, rate, n)
	}
}
