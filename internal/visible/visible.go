// Package visible makes text from outside, such as names of columns and files, safe to display, where its characters could act
// as commands.
package visible

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Writer displays text of a file on a terminal: see Text. A single write must not divide a character.
type Writer struct{ io.Writer }

// Write writes all of p, or returns an error.
func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Text is a text with control characters, which could move a terminal's cursor, change its title or reverse the direction of
// text, written as escapes as in JSON, and bytes that are not UTF-8 as in Go. Line ends and tabs stay.
func Text(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, commands) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case commands(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

// commands reports a character that acts as a command when displayed.
func commands(r rune) bool {
	bidirectional := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' || r == '\u061c'
	lines := r == '\u2028' || r == '\u2029'
	return bidirectional || lines || unicode.IsControl(r) && r != '\n' && r != '\t'
}
