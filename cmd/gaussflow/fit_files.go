package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gaussflow/data/sql"
)

// modelName is the table's file name, in the current folder, with .gflow in place of its extensions, or the name of its database.
func modelName(table string) string {
	if table == "-" {
		return "model.gflow"
	}
	name := strings.TrimSuffix(strings.TrimSuffix(sql.ShortName(table), ".gz"), ".zst")
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".gflow"
}

// checkpoint is the file that holds a fit while it runs.
func (o *fitFlags) checkpoint() string { return o.output + ".checkpoint" }

// checkOutput requires a file for the model.
func (o *fitFlags) checkOutput() error {
	if o.output == "-" {
		return errors.New("--output -, want a file for the model: it is written as a whole")
	}
	return nil
}

// paths are all files of the fit.
func (o *fitFlags) paths(table string) *paths {
	p := new(paths).reads("DATA", table).reads("--schema", o.schema).writes("--output", o.output).writes("the checkpoint", o.checkpoint())
	return p.writes("--history", o.history).writes("--report", o.report)
}

// resumable says that an interrupted fit can be resumed, if it has reached its first checkpoint.
func (o *fitFlags) resumable() string {
	if _, err := os.Stat(o.checkpoint()); err != nil {
		return ""
	}
	return "; --resume goes on"
}

// removeCheckpoint removes the fit's checkpoint.
func (o *fitFlags) removeCheckpoint() error {
	if err := os.Remove(o.checkpoint()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
