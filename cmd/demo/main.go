// Demo runs the experiment this project was created from: a coupling flow whose conditioners are constant is the
// diagonal Gaussianization flow, and both are RBIG; one training run breaks the equality.
//
//	go run ./cmd/demo
//
// makes its own two-moons data, trains, prints the tables and writes figures, report.json and index.html to the
// folder given by -out.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// A checkedWriter remembers its first error: text that could not be printed is not done.
type checkedWriter struct {
	io.Writer
	err error
}

// Write writes.
func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("standard output: %w", err)
	}
	return n, err
}

func main() {
	o, err := parseOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, errHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		out := &checkedWriter{Writer: os.Stdout}
		err = errors.Join(run(ctx, o, out), out.err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}
