package train

import "encoding/json"

// A contest finds the best parameters of a fit among those it started from and those at the end of each epoch. It compares the
// losses of these very parameters: the validation loss or, if the training loss is monitored, the loss of another pass over the
// training rows, because the loss recorded for an epoch is an average over parameters that changed during it. (A losses.BatchLoss
// has no value for all rows; for it the epoch's loss is used and the start is left out. The start is left out too if the figure is
// one that callbacks report.)
type contest struct {
	best best // its field wait is unused
	val  bool // the best figure is a validation loss
}

// begin enters the parameters that a fit starts from as the best so far, even if their figure is not finite. entered is false if
// they cannot be compared.
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

// enter compares the parameters at the end of an epoch, whose figure is v, with the best so far, and reports whether
// they won.
func (c *contest) enter(m Monitor, v float64, s *State) (won bool, err error) {
	val := m == MonitorValLoss || m == "" && s.Logs.HasVal
	if !val && !m.own() {
		if now, ok, err := s.lossNow(false); err != nil {
			return false, err
		} else if ok {
			v = now
		}
	}
	if c.val != val { // the start was compared by the other figure
		c.best, c.val = newBest(), val
	}
	return c.best.improved(v, s.Epoch, 0), nil
}

// contestJSON is the JSON form of a contest.
type contestJSON struct {
	bestJSON
	Val bool `json:"val,omitempty"`
}

// MarshalJSON writes numbers that read back bit for bit.
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
