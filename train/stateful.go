package train

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// earlyStoppingState is the state of an EarlyStopping.
type earlyStoppingState struct {
	Best    best     `json:"best"`
	Weights []packed `json:"weights,omitempty"`
	Kept    *best    `json:"kept,omitempty"` // the figure of Weights; Best if it is missing
	KeptVal bool     `json:"kept_val,omitempty"`
}

// MarshalState makes EarlyStopping Stateful.
func (c *EarlyStopping) MarshalState() ([]byte, error) {
	s := earlyStoppingState{Best: c.best, Kept: &c.kept.best, KeptVal: c.kept.val}
	for _, w := range c.kept.weights {
		s.Weights = append(s.Weights, w)
	}
	return json.Marshal(s)
}

// UnmarshalState restores what MarshalState wrote.
func (c *EarlyStopping) UnmarshalState(raw []byte) error {
	var s earlyStoppingState
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	c.best, c.kept = s.Best, kept{contest: contest{s.Best, s.KeptVal}}
	if s.Kept != nil {
		c.kept.best = *s.Kept
	}
	for _, w := range s.Weights {
		c.kept.weights = append(c.kept.weights, w)
	}
	return nil
}

type plateauState struct {
	Best     best `json:"best"`
	Cooldown int  `json:"cooldown"`
}

// MarshalState makes ReduceLROnPlateau Stateful. The learning rate itself is part of the optimizer's state.
func (c *ReduceLROnPlateau) MarshalState() ([]byte, error) {
	return json.Marshal(plateauState{c.best, c.cooldown})
}

// UnmarshalState restores what MarshalState wrote.
func (c *ReduceLROnPlateau) UnmarshalState(raw []byte) error {
	var s plateauState
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	c.best, c.cooldown = s.Best, s.Cooldown
	return nil
}

// MarshalState makes ModelCheckpoint Stateful.
func (c *ModelCheckpoint) MarshalState() ([]byte, error) { return json.Marshal(c.contest) }

// UnmarshalState restores what MarshalState wrote.
func (c *ModelCheckpoint) UnmarshalState(raw []byte) error { return json.Unmarshal(raw, &c.contest) }

// bestJSON is the JSON form of best.
type bestJSON struct {
	Value number `json:"value"`
	Epoch int    `json:"epoch"`
	Wait  int    `json:"wait"`
}

func (b best) json() bestJSON { return bestJSON{number(b.value), b.epoch, b.wait} }

func (j bestJSON) best() best { return best{float64(j.Value), j.Epoch, j.Wait} }

// MarshalJSON writes numbers that read back bit for bit.
func (b best) MarshalJSON() ([]byte, error) { return json.Marshal(b.json()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *best) UnmarshalJSON(raw []byte) error {
	var j bestJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*b = j.best()
	return nil
}

// packed encodes numbers in JSON as their bits in base64, which is exact and quick to read.
type packed []float64

// MarshalJSON encodes the numbers.
func (p packed) MarshalJSON() ([]byte, error) {
	raw := make([]byte, 0, 8*len(p))
	for _, v := range p {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return json.Marshal(raw)
}

// UnmarshalJSON decodes them.
func (p *packed) UnmarshalJSON(text []byte) error {
	var raw []byte
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if len(raw)%8 != 0 {
		return fmt.Errorf("train: got %d bytes of packed numbers, want a multiple of 8", len(raw))
	}
	*p = make(packed, len(raw)/8)
	for i := range *p {
		(*p)[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return nil
}
