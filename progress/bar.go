package progress

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"gaussflow/train"
)

// A Bar is a callback that draws a bar of all batches of a fit on Out; while their number is not known it counts them. On a file that
// is no terminal it draws nothing: what reads it would be given every state of the bar, one after the other.
type Bar struct {
	Out io.Writer // default os.Stderr

	train.NopCallback
	bar   *progressbar.ProgressBar
	first int // epoch
	steps int // batches of all epochs, −1: not known
	val   train.Logs
	drawn time.Time
}

// OnTrainBegin draws the empty bar.
func (p *Bar) OnTrainBegin(s *train.State) error {
	if err := made("Bar", s); err != nil {
		return err
	}
	out := p.screen()
	p.first, p.val = s.Epoch, train.Logs{}
	p.steps = p.total(s)
	p.bar = progressbar.NewOptions(p.steps,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionSetTheme(progressbar.ThemeDefault), // of characters that every font has
		progressbar.OptionSetSpinnerChangeInterval(0),        // no goroutine
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(out) }),
	)
	return nil
}

// screen is Out, nothing where that is a file and no terminal.
func (p *Bar) screen() io.Writer {
	out := or(p.Out)
	if file, ok := out.(*os.File); ok && !term.IsTerminal(int(file.Fd())) {
		return io.Discard
	}
	return out
}

// total is the number of batches of all epochs, −1 where it is not known yet.
func (p *Bar) total(s *train.State) int {
	if s.Batches < 0 {
		return -1
	}
	return (s.Epochs - p.first) * s.Batches
}

// OnBatchEnd moves it, at most 20 times a second; the last batch of an epoch waits for the epoch's validation.
func (p *Bar) OnBatchEnd(s *train.State) error {
	if err := made("Bar", s); err != nil {
		return err
	}
	if s.Batch == s.Batches-1 || time.Since(p.drawn) < 50*time.Millisecond {
		return nil
	}
	return p.draw(s)
}

// OnEpochEnd moves it, with the validation loss, which then stays until the next one.
func (p *Bar) OnEpochEnd(s *train.State) error {
	if err := made("Bar", s); err != nil {
		return err
	}
	p.val = s.Logs
	return p.draw(s)
}

func (p *Bar) draw(s *train.State) error {
	if p.bar == nil {
		return errors.New("progress: Bar: OnBatchEnd or OnEpochEnd before OnTrainBegin")
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
func (p *Bar) known(s *train.State) error {
	if err := p.bar.Clear(); err != nil {
		return err
	}
	p.bar.Reset()
	p.steps = p.total(s)
	p.bar.ChangeMax(p.steps)
	return nil
}

// OnTrainEnd leaves it where an early stop found it.
func (p *Bar) OnTrainEnd(*train.State) error {
	if p.bar == nil || p.bar.IsFinished() {
		return nil
	}
	return p.bar.Exit()
}
