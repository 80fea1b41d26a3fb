package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/flows"
	"gaussflow/tabular"
)

// loadFor reads the model for a command with the arguments MODEL DATA, after a check that its output, "" for none, is no input
// file.
func loadFor(c *cobra.Command, args []string, output string) (*tabular.Model, error) {
	if err := new(paths).reads("MODEL", args[0]).reads("DATA", args[1]).writes("--output", output).check(c); err != nil {
		return nil, err
	}
	return load(c, args[0])
}

// load reads a model. A model without the facts of a table, as flows.Flow.Save and other programs write it, has the columns that it
// names, or x1, x2, …; a message says so.
func load(c *cobra.Command, path string) (*tabular.Model, error) {
	model, err := tabular.Load(path)
	if !errors.Is(err, tabular.ErrNoTable) {
		return model, err
	}
	flow, err := flows.Load(path)
	if err != nil {
		return nil, err
	}
	if model, err = tabular.OfFlow(flow); err != nil {
		return nil, &flows.FileError{Op: "Load", Path: path, Err: err}
	}
	names := model.Names()
	columns := names[0]
	if len(names) > 1 {
		columns += " to " + names[len(names)-1]
	}
	if len(model.Given) > 0 {
		columns += ", given " + strings.Join(model.Given, ", ")
	}
	fmt.Fprintf(c.ErrOrStderr(), "gaussflow: %s has no facts of a table: its columns are %s, by name, or else all of a table's in order\n", path, columns)
	return model, nil
}

// hasLatents refuses a model that has no map to a standard normal.
func hasLatents(path string, m *tabular.Model) error {
	if m.Mixed == nil {
		return nil
	}
	return in(path, tabular.ErrNoLatents)
}

// answers refuses a model that has no distribution of each column given any others. table is the table in question,
// quoted for a shell.
func answers(path, table string, m *tabular.Model) error {
	if m.Mixed != nil {
		return nil
	}
	return in(path, fmt.Errorf("the model is a flow, which has no distribution of one cell given others, want a model with one: gaussflow fit %s --family any-order", table))
}

// known reports whether a model knows the table that it was fitted to.
func known(m *tabular.Model) bool { return len(m.Reference) > 0 }
