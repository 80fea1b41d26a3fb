package train

import "math"

// TerminateOnNaN ends the fit, without an error, at the first loss that is not finite; the parameters stay as
// they were before that batch.
type TerminateOnNaN struct{ NopCallback }

// OnBatchEnd checks the loss.
func (TerminateOnNaN) OnBatchEnd(s *State) error {
	if err := s.check("TerminateOnNaN"); err != nil {
		return err
	}
	if l := s.Logs.BatchLoss; math.IsNaN(l) || math.IsInf(l, 0) {
		s.Stop()
	}
	return nil
}
