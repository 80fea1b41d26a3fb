package progress

import (
	"fmt"
	"io"

	"gaussflow/train"
)

// Lines is a callback that prints one line an epoch on Out.
type Lines struct {
	Out io.Writer // default os.Stderr

	train.NopCallback
}

// OnEpochEnd prints the line.
func (l *Lines) OnEpochEnd(s *train.State) error {
	if err := made("Lines", s); err != nil {
		return err
	}
	_, err := fmt.Fprintf(or(l.Out), "epoch %d/%d  %.2fs  %s  lr %.3g\n", s.Epoch+1, s.Epochs, s.Logs.Seconds, figures(s.Logs), s.Logs.LearningRate)
	return err
}

// figures formats the losses of an epoch.
func figures(l train.Logs) string {
	text := fmt.Sprintf("loss %.4f", l.Loss)
	if l.HasVal {
		text += fmt.Sprintf("  val_loss %.4f", l.ValLoss)
	}
	return text
}
