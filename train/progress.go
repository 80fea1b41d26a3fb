package train

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Verbosity says what Fit prints to standard error.
type Verbosity int

// The levels, as Keras's.
const (
	Silent      Verbosity = iota // nothing
	ProgressBar                  // a bar of all batches with the losses, drawn only on a terminal
	EpochLines                   // one line an epoch
)

// Progress draws a bar of all batches of a fit on Out; while their number is not known it counts them.
type Progress struct {
	Out io.Writer // default os.Stderr

	NopCallback
	bar   *progressbar.ProgressBar
	first int // epoch
	steps int // batches of all epochs, −1: not known
	val   Logs
	drawn time.Time
}

// OnTrainBegin draws the empty bar.
func (p *Progress) OnTrainBegin(s *State) error {
	if err := s.check("Progress"); err != nil {
		return err
	}
	if p.Out == nil {
		p.Out = os.Stderr
	}
	p.first, p.val = s.Epoch, Logs{}
	p.steps = p.total(s)
	p.bar = progressbar.NewOptions(p.steps,
		progressbar.OptionSetWriter(p.Out),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionSetTheme(progressbar.ThemeDefault), // of characters that every font has
		progressbar.OptionSetSpinnerChangeInterval(0),        // no goroutine
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(p.Out) }),
	)
	return nil
}

// total is the number of batches of all epochs, −1 where it is not known yet.
func (p *Progress) total(s *State) int {
	if s.Batches < 0 {
		return -1
	}
	return (s.Epochs - p.first) * s.Batches
}

// OnBatchEnd moves it, at most 20 times a second; the last batch of an epoch waits for the epoch's validation.
func (p *Progress) OnBatchEnd(s *State) error {
	if err := s.check("Progress"); err != nil {
		return err
	}
	if s.Batch == s.Batches-1 || time.Since(p.drawn) < 50*time.Millisecond {
		return nil
	}
	return p.draw(s)
}

// OnEpochEnd moves it, with the validation loss, which then stays until the next one.
func (p *Progress) OnEpochEnd(s *State) error {
	if err := s.check("Progress"); err != nil {
		return err
	}
	p.val = s.Logs
	return p.draw(s)
}

func (p *Progress) draw(s *State) error {
	if p.bar == nil {
		return errors.New("train: Progress: OnBatchEnd or OnEpochEnd before OnTrainBegin")
	}
	p.drawn = time.Now()
	logs := s.Logs
	logs.ValLoss, logs.HasVal = p.val.ValLoss, p.val.HasVal
	p.bar.Describe(fmt.Sprintf("epoch %d/%d %s", s.Epoch+1, s.Epochs, figures(logs)))
	if s.Batches < 0 {
		return p.bar.Set(s.Batch + 1)
	}
	if p.steps < 0 {
		if err := p.known(s); err != nil {
			return err
		}
	}
	return p.bar.Set(min((s.Epoch-p.first)*s.Batches+s.Batch+1, p.steps)) // a source may have grown
}

// known makes a bar of what counted batches.
func (p *Progress) known(s *State) error {
	if err := p.bar.Clear(); err != nil {
		return err
	}
	p.bar.Reset()
	p.steps = p.total(s)
	p.bar.ChangeMax(p.steps)
	return nil
}

// OnTrainEnd leaves it where an early stop found it.
func (p *Progress) OnTrainEnd(*State) error {
	if p.bar == nil || p.bar.IsFinished() {
		return nil
	}
	return p.bar.Exit()
}

// Lines prints one line an epoch on Out.
type Lines struct {
	Out io.Writer // default os.Stderr

	NopCallback
}

// OnEpochEnd prints the line.
func (l *Lines) OnEpochEnd(s *State) error {
	if err := s.check("Lines"); err != nil {
		return err
	}
	out := l.Out
	if out == nil {
		out = os.Stderr
	}
	_, err := fmt.Fprintf(out, "epoch %d/%d  %.2fs  %s  lr %.3g\n", s.Epoch+1, s.Epochs, s.Logs.Seconds, figures(s.Logs), s.Logs.LearningRate)
	return err
}

func figures(l Logs) string {
	text := fmt.Sprintf("loss %.4f", l.Loss)
	if l.HasVal {
		text += fmt.Sprintf("  val_loss %.4f", l.ValLoss)
	}
	return text
}

// callback is what v adds to a fit.
func (v Verbosity) callback() (Callback, error) {
	switch v {
	case Silent:
		return NopCallback{}, nil
	case ProgressBar:
		if !term.IsTerminal(int(os.Stderr.Fd())) {
			return NopCallback{}, nil
		}
		return &Progress{}, nil
	case EpochLines:
		return &Lines{}, nil
	}
	return nil, fmt.Errorf("train: Verbosity = %d, want Silent, ProgressBar or EpochLines", int(v))
}
