package train

import "errors"

// ModelCheckpoint calls Save at the end of every epoch, or with BestOnly of those whose monitored figure is the
// least so far.
type ModelCheckpoint struct {
	Save     func(s *State) error
	Monitor  Monitor
	BestOnly bool

	NopCallback
	best best
}

var errNoSave = errors.New("train: ModelCheckpoint: Save is nil, want a function that stores the model")

// OnTrainBegin forgets an earlier fit. It is an error if Save is nil.
func (c *ModelCheckpoint) OnTrainBegin(*State) error {
	if c.Save == nil {
		return errNoSave
	}
	c.best = newBest()
	return nil
}

// OnEpochEnd saves.
func (c *ModelCheckpoint) OnEpochEnd(s *State) error {
	if c.BestOnly {
		v, err := c.Monitor.value(s.Logs)
		if err != nil {
			return err
		}
		if !c.best.improved(v, s.Epoch, 0) {
			return nil
		}
	}
	if c.Save == nil {
		return errNoSave
	}
	return c.Save(s)
}
