// Gaussflow fits a density to the rows of a table and uses it: which rows are unusual, how likely is a given row, draw
// more rows like these, how good is the model.
//
//	gaussflow fit table.csv -o model.gflow
//	gaussflow score model.gflow table.csv -o scored.csv
//
// See gaussflow help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gaussflow/internal/files"
	"gaussflow/internal/visible"
)

// The exit codes, as the help of the root command lists them.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitDrifted     = 3
	exitInterrupted = 130 // 128 + SIGINT, as in shells
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the program and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	ctx, closeDatabases := withDatabases(ctx)
	defer closeDatabases()
	stderr = visible.Writer{Writer: stderr} // messages may contain names of files and columns
	root, out := newRoot(), &files.Printed{Writer: stdout}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = out.Err
	}
	var usage *usageError
	var drifted *driftedError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "gaussflow: %s\nRun '%s --help' for usage.\n", oneLine(err), usage.command)
		return exitUsage
	case errors.As(err, &drifted):
		fmt.Fprintf(stderr, "gaussflow: %s\n", oneLine(err))
		return exitDrifted
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "gaussflow: interrupted")
		return exitInterrupted
	}
	fmt.Fprintf(stderr, "gaussflow: %s\n", oneLine(err))
	if h := hint(command, err); h != "" {
		fmt.Fprintln(stderr, h)
	}
	return exitError
}

// oneLine writes an error's message on one line.
func oneLine(err error) string { return strings.ReplaceAll(message(err), "\n", "; ") }
