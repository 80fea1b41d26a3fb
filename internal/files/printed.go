package files

import (
	"fmt"
	"io"
)

// A Printed is standard output that remembers its first error, so that what is printed without a look at errors is still known to
// have arrived.
type Printed struct {
	io.Writer
	Err error
}

// Write writes.
func (w *Printed) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil && w.Err == nil {
		w.Err = fmt.Errorf("standard output: %w", err)
	}
	return n, err
}
