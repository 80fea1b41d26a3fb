package train

import "encoding/json"

// A contest finds the best parameters of a fit among those it started from and those at the ends of its epochs. They are compared by
// their own losses: by the validation loss or, where the training loss is watched, by another pass over those rows, since the loss
// of an epoch is that of the parameters on its way. (A losses.BatchLoss has no value on all rows: there it is the epoch's, and the
// start is not compared. Nor is it by a figure that callbacks report at the ends of epochs.)
type contest struct {
	best best // of which wait is not used
	val  bool // its figure is a validation loss
}

// begin takes the parameters that a fit starts from for the best so far, whatever they are worth: they are better than nothing. It is
// false where they cannot be compared.
func (c *contest) begin(m Monitor, s *State) (entered bool, err error) {
	*c = contest{best: newBest(), val: m != MonitorLoss && !m.own() && s.validated()}
	if m.own() {
		return false, nil
	}
	v, ok, err := s.lossNow(c.val)
	if err != nil || !ok {
		return false, err
	}
	c.best.improved(v, Start, 0)
	return true, nil
}

// enter compares the parameters at the end of an epoch, whose figure is v, with the best so far.
func (c *contest) enter(m Monitor, v float64, s *State) (won bool, err error) {
	val := m == MonitorValLoss || m == "" && s.Logs.HasVal
	if !val && !m.own() {
		if now, ok, err := s.lossNow(false); err != nil {
			return false, err
		} else if ok {
			v = now
		}
	}
	if c.val != val { // a callback has set another figure than the start's
		c.best, c.val = newBest(), val
	}
	return c.best.improved(v, s.Epoch, 0), nil
}

// contestJSON is contest in JSON.
type contestJSON struct {
	bestJSON
	Val bool `json:"val,omitempty"`
}

// MarshalJSON keeps every bit.
func (c contest) MarshalJSON() ([]byte, error) {
	return json.Marshal(contestJSON{c.best.json(), c.val})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *contest) UnmarshalJSON(raw []byte) error {
	var j contestJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*c = contest{j.best(), j.Val}
	return nil
}
