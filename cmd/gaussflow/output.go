package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/term"
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
	e := json.NewEncoder(visibleWriter{w})
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// A visibleWriter shows text of a file on a terminal: see visible. What is written must not cut a character in two.
type visibleWriter struct{ io.Writer }

// Write writes all of p, or an error.
func (w visibleWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, visible(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// visible is a text whose control characters, which could move a terminal's cursor, change its title or turn the text about, are
// spelled out as in JSON. Lines and tabs stay.
func visible(text string) string {
	if !strings.ContainsFunc(text, commands) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if commands(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// commands reports a character that is an instruction to what shows it.
func commands(r rune) bool {
	bidirectional := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' || r == '\u061c'
	return bidirectional || unicode.IsControl(r) && r != '\n' && r != '\t'
}

// onTerminal reports whether w is one.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
