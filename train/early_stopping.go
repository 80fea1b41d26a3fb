package train

// EarlyStopping ends the fit when the monitored figure has not fallen by more than MinDelta for Patience epochs.
type EarlyStopping struct {
	Monitor     Monitor
	MinDelta    float64
	Patience    int  // 0: stop at the first epoch that does not improve
	StartFrom   int  // epochs before it looks
	RestoreBest bool // put the best epoch's parameters back at the end, however the fit ends

	NopCallback
	best    best
	weights [][]float64
}

// OnTrainBegin forgets an earlier fit.
func (c *EarlyStopping) OnTrainBegin(*State) error {
	c.best, c.weights = newBest(), nil
	return nil
}

// OnEpochEnd looks at the figure.
func (c *EarlyStopping) OnEpochEnd(s *State) error {
	v, err := c.Monitor.value(s.Logs)
	if err != nil || s.Epoch < c.StartFrom {
		return err
	}
	if c.best.improved(v, s.Epoch, c.MinDelta) {
		if c.RestoreBest {
			c.weights = s.Weights()
		}
	} else if c.best.wait >= max(c.Patience, 1) {
		s.Stop()
	}
	return nil
}

// OnTrainEnd restores the best parameters.
func (c *EarlyStopping) OnTrainEnd(s *State) error {
	s.History.BestEpoch = max(c.best.epoch, 0)
	if c.weights == nil {
		return nil
	}
	return s.SetWeights(c.weights)
}
