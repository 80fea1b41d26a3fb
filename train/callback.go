package train

import "fmt"

// A Callback is called at Keras's moments. Embed NopCallback and write the hooks that matter. An error ends
// the fit. However it ends, OnTrainEnd runs of every callback whose OnTrainBegin was well.
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

// Logs are the figures of the moment: at the end of a batch Loss is the mean of the epoch so far.
type Logs struct {
	Loss         float64
	BatchLoss    float64 // of the last batch alone
	ValLoss      float64
	HasVal       bool
	LearningRate float64
	Seconds      float64 // since the epoch began
	// Metrics are the figures that callbacks have reported at the end of this epoch, by name; nil where there are none.
	Metrics map[string]float64
}

// State is what a callback sees of a fit, and its handle on it.
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

// validated reports a fit with rows to validate on.
func (s *State) validated() bool { return s.fit != nil && s.fit.validation != nil }

// lossNow is the loss of the parameters as they are, on the validation rows or on all of those that are trained on; ok is false
// where there is none to compute.
func (s *State) lossNow(val bool) (v float64, ok bool, err error) {
	if s.fit == nil {
		return 0, false, nil
	}
	return s.fit.lossNow(val)
}

// Report adds a figure of a caller's own, a metric, to the epoch that has just ended: to History.Metrics, and to Logs.Metrics, where a
// Monitor of its name finds it. A callback calls it in OnEpochEnd and stands before those that watch the figure. It is an error
// elsewhere, and for a name that is empty or one of the fit's own figures.
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

// check reports a State that is nil, to the callback that was called with it.
func (s *State) check(callback string) error {
	if s == nil {
		return fmt.Errorf("train: %s: the State is nil, want that of a fit", callback)
	}
	return nil
}

// compiled is Trainer.compiled of the fit's trainer, of which a State that no fit has made has none.
func (s *State) compiled(op string) error {
	if s == nil {
		return fmt.Errorf("%s: %w", op, ErrNotCompiled)
	}
	return s.trainer.compiled(op)
}

// Weights is a copy of the parameters' values: with EMA, during OnEpochEnd and after, the averaged ones. A State that no fit
// has made has none.
func (s *State) Weights() [][]float64 {
	if s.compiled("") != nil {
		return nil
	}
	return s.trainer.weights()
}

// SetWeights restores a copy.
func (s *State) SetWeights(w [][]float64) error {
	const op = "train: SetWeights"
	if err := s.compiled(op); err != nil {
		return err
	}
	return s.trainer.setWeights(op, w)
}

// ScaleLearningRate multiplies every later learning rate.
func (s *State) ScaleLearningRate(by float64) {
	if s.compiled("") == nil {
		s.trainer.rateScale *= by
	}
}

// history is History, an empty one where a State that no fit has made has none.
func (s *State) history() *History {
	if s.History == nil {
		s.History = &History{}
	}
	return s.History
}

// LambdaCallback is a Callback of functions; nil ones are left out.
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
