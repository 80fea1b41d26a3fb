package main

import (
	"os"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/data/sql"
	"gaussflow/internal/files"
)

// paths are the files of a command, which are compared before any is opened.
type paths struct {
	in, out []files.Use
}

// streamed are the arguments that may be standard input.
var streamed = []string{"DATA", "A", "B"}

// reads adds the table or the model of an argument; "-" is standard input for a table, and the address of a database is no file.
func (p *paths) reads(name, path string) *paths {
	if sql.IsAddress(path) {
		return p
	}
	use := files.Use{Name: name, Path: path}
	if path == "-" && slices.Contains(streamed, name) {
		use = files.Use{Name: "standard input", Path: name, Open: os.Stdin}
	}
	p.in = append(p.in, use)
	return p
}

// writes adds the file of a flag; "" is none, and "-" is standard output, which is also compared with the outputs of
// every command.
func (p *paths) writes(name, path string) *paths {
	if path != "-" {
		p.out = append(p.out, files.Use{Name: name, Path: path})
	}
	return p
}

// check requires that every output differs from the inputs and from the other outputs, which is otherwise a mistake in the command
// line, and that it can be written, so that no work and no file is lost. Whether it can be written is checked again when it is.
func (p *paths) check(c *cobra.Command) error {
	stdout := files.Use{Name: "standard output", Path: "-", Open: os.Stdout}
	if err := files.Distinct(p.in, append(p.out, stdout)); err != nil {
		return usage(c, err)
	}
	for _, out := range p.out {
		if out.Path == "" {
			continue
		}
		if err := files.Check(out.Path); err != nil {
			return &unwritable{out.Name, err}
		}
	}
	return nil
}

// unwritable reports an output that cannot be written.
type unwritable struct {
	flag string
	err  error
}

func (e *unwritable) Error() string { return e.flag + ": " + e.err.Error() }

// Unwrap returns the system's error.
func (e *unwritable) Unwrap() error { return e.err }
