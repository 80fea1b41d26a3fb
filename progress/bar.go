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

// A Bar is a callback that draws on Out a progress bar over all batches of a fit; while their number is unknown it counts them. On
// a file that is no terminal it draws nothing, because the file would record every state of the bar one after another.
type Bar struct {
	Out io.Writer // default os.Stderr

	train.NopCallback
	bar   *progressbar.ProgressBar
	first int // the epoch at which the fit began
	steps int // batches of all epochs; −1 if unknown
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

// screen is Out, or a writer that discards everything if Out is a file that is no terminal.
func (p *Bar) screen() io.Writer {
	out := or(p.Out)
	if file, ok := out.(*os.File); ok && !term.IsTerminal(int(file.Fd())) {
		return io.Discard
	}
	return out
}

// total is the number of batches of all epochs, −1 while it is unknown.
func (p *Bar) total(s *train.State) int {
	if s.Batches < 0 {
		return -1
	}
	return (s.Epochs - p.first) * s.Batches
}

// OnBatchEnd advances the bar, at most 20 times a second. The last batch of an epoch is left to OnEpochEnd, after the
// validation.
func (p *Bar) OnBatchEnd(s *train.State) error {
	if err := made("Bar", s); err != nil {
		return err
	}
	if s.Batch == s.Batches-1 || time.Since(p.drawn) < 50*time.Millisecond {
		return nil
	}
	return p.draw(s)
}

// OnEpochEnd advances the bar and shows the validation loss, which stays until the next one.
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

// known turns the batch counter into a bar once the number of batches is known.
func (p *Bar) known(s *train.State) error {
	if err := p.bar.Clear(); err != nil {
		return err
	}
	p.bar.Reset()
	p.steps = p.total(s)
	p.bar.ChangeMax(p.steps)
	return nil
}

// OnTrainEnd leaves the bar as it is, also after an early stop.
func (p *Bar) OnTrainEnd(*train.State) error {
	if p.bar == nil || p.bar.IsFinished() {
		return nil
	}
	return p.bar.Exit()
}
