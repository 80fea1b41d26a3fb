package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/data"
)

// addedTo are the names of columns that are added to a table. One that the table has already gets a number, and that is said.
func addedTo(c *cobra.Command, file *data.File, names []string) []string {
	taken, added := file.Header(), make([]string, len(names))
	for i, name := range names {
		added[i] = name
		for n := 2; slices.Contains(taken, added[i]); n++ {
			added[i] = fmt.Sprintf("%s_%d", name, n)
		}
		if added[i] != name {
			fmt.Fprintf(c.ErrOrStderr(), "gaussflow: the table has a column %q already: the one that is added is called %q\n", name, added[i])
		}
		taken = append(taken, added[i])
	}
	return added
}
