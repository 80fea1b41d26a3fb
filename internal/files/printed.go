package files

import (
	"fmt"
	"io"
)

// A Printed is standard output that remembers its first error, so that a program that ignores errors while printing can still
// find out whether everything was written.
type Printed struct {
	io.Writer
	Err error
}

// Write writes p, and remembers an error.
func (w *Printed) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil && w.Err == nil {
		w.Err = fmt.Errorf("standard output: %w", err)
	}
	return n, err
}
