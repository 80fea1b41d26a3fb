package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// modelName is the table's file name, in the present folder, with .gflow in the place of its extensions.
func modelName(table string) string {
	if table == "-" {
		return "model.gflow"
	}
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(table), ".gz"), ".zst")
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".gflow"
}

// checkpoint is where a fit is kept while it runs.
func (o *fitFlags) checkpoint() string { return o.output + ".checkpoint" }

// checkOutput finds out before the fit whether there is a place for the model.
func (o *fitFlags) checkOutput(table string) error {
	if o.output == "-" || o.output == table {
		return fmt.Errorf("--output %s, want a file for the model", o.output)
	}
	info, err := os.Stat(filepath.Dir(o.output))
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", filepath.Dir(o.output))
	}
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}

// resumable says that an interrupted fit can go on, if it has come to its first checkpoint.
func (o *fitFlags) resumable() string {
	if _, err := os.Stat(o.checkpoint()); err != nil {
		return ""
	}
	return "; --resume goes on"
}

// removeCheckpoint removes what the fit was kept in, and what one that was killed while it wrote a file has left.
func (o *fitFlags) removeCheckpoint() error {
	hex := strings.Repeat("[0-9a-f]", 8) // as safetensors.ReplaceFile names what it has not finished
	paths := []string{o.checkpoint()}
	for _, path := range []string{o.output, o.checkpoint()} {
		if left, err := filepath.Glob(path + "." + hex + ".tmp"); err == nil { // else there are brackets in the name
			paths = append(paths, left...)
		}
	}
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
