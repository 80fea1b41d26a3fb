// Package progress shows a fit while it runs, by callbacks: a Bar on a terminal, or Lines, one an epoch. They are Keras's verbose = 1
// and 2; a fit that has neither among its callbacks says nothing.
//
//	flow.Fit(ctx, x, train.FitConfig{Epochs: 50, Callbacks: []train.Callback{&progress.Bar{}}})
package progress

import (
	"fmt"
	"io"
	"os"

	"gaussflow/train"
)

// or is out, or standard error if out is nil.
func or(out io.Writer) io.Writer {
	if out == nil {
		return os.Stderr
	}
	return out
}

// made reports a State that does not belong to a fit.
func made(callback string, s *train.State) error {
	if s == nil {
		return fmt.Errorf("progress: %s: the State is nil, want that of a fit", callback)
	}
	return nil
}
