package main

import (
	"io"
	"path/filepath"

	"gaussflow/internal/files"
)

// outputs are the files written to the folder -out.
var outputs = []string{"equal_at_init.png", "broken_after_training.png", "errors.png", "density.png", "report.json", "index.html"}

// checkPaths checks, before the work, that the tables are no files that will be written, and that these can be written.
func (o options) checkPaths() error {
	in := []files.Use{{Name: "-data", Path: o.data}, {Name: "-heldout", Path: o.heldout}}
	var out []files.Use
	for _, name := range outputs {
		out = append(out, files.Use{Name: "the output", Path: filepath.Join(o.out, name)})
	}
	if err := files.Distinct(in, out); err != nil {
		return err
	}
	for _, use := range out {
		if err := files.Check(use.Path); err != nil {
			return err
		}
	}
	return nil
}

// writeFile replaces a file of the folder.
func writeFile(path string, content []byte) error {
	return files.Replace(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}
