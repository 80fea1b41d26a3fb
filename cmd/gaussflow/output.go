package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gaussflow/internal/visible"
)

// outputFlag registers -o.
func outputFlag(c *cobra.Command, path *string, what string) {
	c.Flags().StringVarP(path, "output", "o", "-", "write "+what+" to this `file`; - is standard output")
}

// jsonFlag registers --json.
func jsonFlag(c *cobra.Command, on *bool) {
	c.Flags().BoolVar(on, "json", false, "print the numbers as JSON")
}

// printJSON prints v as indented JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(visible.Writer{Writer: w})
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// onTerminal reports whether w is a terminal.
func onTerminal(w io.Writer) bool {
	f, ok := raw(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// raw is the writer below a visible.Writer, because a progress bar moves the cursor.
func raw(w io.Writer) io.Writer {
	if v, ok := w.(visible.Writer); ok {
		return v.Writer
	}
	return w
}
