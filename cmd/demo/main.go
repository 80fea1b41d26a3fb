// Demo runs the experiment from which this project originated: a coupling flow whose conditioners are constant is the
// diagonal Gaussianization flow, and both are RBIG; training makes them differ.
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
	"os"
	"os/signal"
	"syscall"

	"gaussflow/internal/files"
)

func main() {
	o, err := parseOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, errHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		out := &files.Printed{Writer: os.Stdout}
		err = errors.Join(run(ctx, o, out), out.Err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}
