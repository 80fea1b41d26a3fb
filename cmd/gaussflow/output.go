package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	show "gaussflow/internal/visible"
)

// outputFlag is -o.
func outputFlag(c *cobra.Command, path *string, what string) {
	c.Flags().StringVarP(path, "output", "o", "-", "write "+what+" to this `file`; - is standard output")
}

// jsonFlag is --json.
func jsonFlag(c *cobra.Command, on *bool) {
	c.Flags().BoolVar(on, "json", false, "print the numbers as JSON")
}

// printJSON prints v, indented.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(show.Writer{Writer: w})
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// visible is the text of a file as a terminal may show it.
func visible(text string) string { return show.Text(text) }

// onTerminal reports whether w is one.
func onTerminal(w io.Writer) bool {
	f, ok := raw(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// raw is what a show.Writer writes to: a bar of progress moves the cursor.
func raw(w io.Writer) io.Writer {
	if v, ok := w.(show.Writer); ok {
		return v.Writer
	}
	return w
}
