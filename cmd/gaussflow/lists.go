package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/data"
)

// textColumns are the columns of a file that can be written as cells of text, which lists cannot.
func textColumns(file *data.File) []string {
	lists := file.Lists()
	return slices.DeleteFunc(file.Header(), func(name string) bool { return slices.Contains(lists, name) })
}

// sayLeftOut says which columns of the table the output format cannot hold.
func sayLeftOut(c *cobra.Command, w *data.RecordWriter) {
	if left := w.LeftOut(); len(left) > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: lists have no place in a line of text, and are left out of what is written: %s; a name in .parquet takes them\n", listed(left, ", "))
	}
}
