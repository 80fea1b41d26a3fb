package train

import "fmt"

// A Callback is called at the same moments as one of Keras. Embed NopCallback and write the hooks that are needed. An
// error ends the fit. However the fit ends, OnTrainEnd is called for every callback whose OnTrainBegin succeeded.
type Callback interface {
	OnTrainBegin(s *State) error
	OnTrainEnd(s *State) error
	OnEpochBegin(s *State) error
	OnEpochEnd(s *State) error
	OnBatchBegin(s *State) error
	OnBatchEnd(s *State) error
}

// NopCallback does nothing at every hook.
type NopCallback struct{}

// OnTrainBegin does nothing.
func (NopCallback) OnTrainBegin(*State) error { return nil }

// OnTrainEnd does nothing.
func (NopCallback) OnTrainEnd(*State) error { return nil }

// OnEpochBegin does nothing.
func (NopCallback) OnEpochBegin(*State) error { return nil }

// OnEpochEnd does nothing.
func (NopCallback) OnEpochEnd(*State) error { return nil }

// OnBatchBegin does nothing.
func (NopCallback) OnBatchBegin(*State) error { return nil }

// OnBatchEnd does nothing.
func (NopCallback) OnBatchEnd(*State) error { return nil }

// Logs are the current figures: at the end of a batch Loss is the mean of the epoch so far.
type Logs struct {
	Loss         float64
	BatchLoss    float64 // of the last batch alone
	ValLoss      float64
	HasVal       bool
	LearningRate float64
	Seconds      float64 // since the epoch began
	// Metrics are the figures that callbacks have reported at the end of this epoch, by name; nil if there are none.
	Metrics map[string]float64
}

// State is a callback's view of a fit and the means to control it.
type State struct {
	Epoch, Epochs  int // from 0; the last epoch is Epochs−1
	Batch, Batches int // from 0, within the epoch; Batches is −1 until a source has been read to its end
	Rows           int // of an epoch, −1 until a source has been read to its end
	Logs           Logs
	History        *History

	trainer *Trainer
	stopped bool
	fit     *fit
}

// validated reports whether the fit has rows to validate on.
func (s *State) validated() bool { return s.fit != nil && s.fit.validation != nil }

// lossNow is the loss of the current parameters on the validation rows, if val is true, or else on all training rows. ok is
// false if there is no such loss.
func (s *State) lossNow(val bool) (v float64, ok bool, err error) {
	if s.fit == nil {
		return 0, false, nil
	}
	return s.fit.lossNow(val)
}

// Report adds a figure that a callback computed, a metric, to the epoch that has just ended: to History.Metrics, and to
// Logs.Metrics, where a Monitor of that name finds it. A callback calls it in OnEpochEnd, and must come before the callbacks that
// monitor the figure. Calling it elsewhere is an error, as is a name that is empty or belongs to one of the fit's own figures.
func (s *State) Report(name string, value float64) error {
	if err := s.check("Report"); err != nil {
		return err
	}
	h := s.history()
	switch n := len(h.Epoch); {
	case !Monitor(name).own():
		return fmt.Errorf("train: Report: got the name %q, want one that is not empty, %q or %q", name, MonitorLoss, MonitorValLoss)
	case n == 0 || h.Epoch[n-1] != s.Epoch:
		return fmt.Errorf("train: Report: %s: epoch %d (from 0) has not ended, want a call in OnEpochEnd", name, s.Epoch)
	}
	if s.Logs.Metrics == nil {
		s.Logs.Metrics = map[string]float64{}
	}
	s.Logs.Metrics[name] = value
	h.report(name, value)
	return nil
}

// Stop ends the fit after the current batch or epoch.
func (s *State) Stop() {
	if s != nil {
		s.stopped = true
	}
}

// Stopped reports whether a callback has called Stop.
func (s *State) Stopped() bool { return s != nil && s.stopped }

// check reports a nil State to a callback that was called with it.
func (s *State) check(callback string) error {
	if s == nil {
		return fmt.Errorf("train: %s: the State is nil, want that of a fit", callback)
	}
	return nil
}

// compiled is Trainer.compiled for the fit's trainer; a State that does not belong to a fit has none, which is an
// error.
func (s *State) compiled(op string) error {
	if s == nil {
		return fmt.Errorf("%s: %w", op, ErrNotCompiled)
	}
	return s.trainer.compiled(op)
}

// Weights is a copy of the parameters' values: with EMA, during OnEpochEnd and after, the averaged ones. It is nil for a
// State that does not belong to a fit.
func (s *State) Weights() [][]float64 {
	if s.compiled("") != nil {
		return nil
	}
	return s.trainer.weights()
}

// SetWeights sets the parameters' values to those that Weights returned.
func (s *State) SetWeights(w [][]float64) error {
	const op = "train: SetWeights"
	if err := s.compiled(op); err != nil {
		return err
	}
	return s.trainer.setWeights(op, w)
}

// ScaleLearningRate multiplies all later learning rates.
func (s *State) ScaleLearningRate(by float64) {
	if s.compiled("") == nil {
		s.trainer.rateScale *= by
	}
}

// history is History, or an empty one for a State that does not belong to a fit.
func (s *State) history() *History {
	if s.History == nil {
		s.History = &History{}
	}
	return s.History
}

// LambdaCallback is a Callback made of functions; nil ones are skipped.
type LambdaCallback struct {
	TrainBegin, TrainEnd, EpochBegin, EpochEnd, BatchBegin, BatchEnd func(s *State) error
}

func call(f func(*State) error, s *State) error {
	if f == nil {
		return nil
	}
	return f(s)
}

// OnTrainBegin calls TrainBegin.
func (c LambdaCallback) OnTrainBegin(s *State) error { return call(c.TrainBegin, s) }

// OnTrainEnd calls TrainEnd.
func (c LambdaCallback) OnTrainEnd(s *State) error { return call(c.TrainEnd, s) }

// OnEpochBegin calls EpochBegin.
func (c LambdaCallback) OnEpochBegin(s *State) error { return call(c.EpochBegin, s) }

// OnEpochEnd calls EpochEnd.
func (c LambdaCallback) OnEpochEnd(s *State) error { return call(c.EpochEnd, s) }

// OnBatchBegin calls BatchBegin.
func (c LambdaCallback) OnBatchBegin(s *State) error { return call(c.BatchBegin, s) }

// OnBatchEnd calls BatchEnd.
func (c LambdaCallback) OnBatchEnd(s *State) error { return call(c.BatchEnd, s) }
