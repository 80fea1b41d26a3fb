package train

import "errors"

// ModelCheckpoint calls Save at the end of every epoch.
//
// With BestOnly it calls Save only for the best parameters so far: first for those that the fit starts from, with State.Epoch set
// to Start, then at the end of each epoch whose parameters are better than all before. They are compared as EarlyStopping's
// RestoreBest compares them. If the start cannot be compared, with a losses.BatchLoss or a figure that callbacks report, it is
// not saved.
type ModelCheckpoint struct {
	Save     func(s *State) error
	Monitor  Monitor
	BestOnly bool

	NopCallback
	contest contest
}

var errNoSave = errors.New("train: ModelCheckpoint: Save is nil, want a function that stores the model")

// OnTrainBegin forgets an earlier fit and, with BestOnly, saves the parameters that this fit starts from. It returns an
// error if Save is nil.
func (c *ModelCheckpoint) OnTrainBegin(s *State) error {
	if c.Save == nil {
		return errNoSave
	}
	if err := s.check("ModelCheckpoint"); err != nil {
		return err
	}
	c.contest = contest{best: newBest()}
	if !c.BestOnly || len(s.history().Epoch) > 0 { // a resumed fit: the checkpoint holds the state
		return nil
	}
	entered, err := c.contest.begin(c.Monitor, s)
	if err != nil || !entered {
		return err
	}
	epoch, logs := s.Epoch, s.Logs
	defer func() { s.Epoch, s.Logs = epoch, logs }()
	s.Epoch, s.Logs = Start, Logs{Loss: c.contest.best.value}
	if c.contest.val {
		s.Logs = Logs{ValLoss: c.contest.best.value, HasVal: true}
	}
	return c.Save(s)
}

// OnEpochEnd saves the parameters, with BestOnly if they are the best.
func (c *ModelCheckpoint) OnEpochEnd(s *State) error {
	if c.Save == nil {
		return errNoSave
	}
	if err := s.check("ModelCheckpoint"); err != nil {
		return err
	}
	if c.BestOnly {
		v, is, err := c.Monitor.value(s)
		if err != nil || !is {
			return err
		}
		if won, err := c.contest.enter(c.Monitor, v, s); err != nil || !won {
			return err
		}
	}
	return c.Save(s)
}
