package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/data/sql"
)

// tableFlags say how a table is read.
type tableFlags struct {
	options   data.Options
	delimiter string
	noHeader  bool
	header    bool
	skipBad   bool
	query     string // the query, if DATA is a database
	maxRows   int    // rows that are held in memory; 0: see mostRows
}

func (t *tableFlags) register(c *cobra.Command) {
	t.registerFormat(c)
	c.Flags().BoolVar(&t.options.DropMissing, "drop-missing", false, "leave out rows with missing cells, and report how many")
}

// registerWhole registers the flags for commands that read a whole table before they do anything.
func (t *tableFlags) registerWhole(c *cobra.Command) {
	t.register(c)
	c.Flags().BoolVar(&t.skipBad, "skip-bad-rows", false, "leave out rows that cannot be read (cut short, for example), and report how many")
}

// registerFormat registers the flags for commands that leave out no row.
func (t *tableFlags) registerFormat(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&t.delimiter, "delimiter", "", "the `character` between cells of a text file, or tab (default: detected)")
	f.BoolVar(&t.noHeader, "no-header", false, "the first line holds no names; the columns are named x1, x2, …")
	f.BoolVar(&t.header, "header", false, "the first line holds the names, even if they are numbers")
	f.StringVar(&t.query, "sql", "", "take the rows from this `query`; DATA is an SQLite file or postgres://user@host/name")
	f.StringVar(&t.options.Key, "key", "", "the `array` in an NPZ file (default: X, or the only one)")
}

// open opens a table. How many lines of comment were left out within it is said at the end of the command.
func (t *tableFlags) open(c *cobra.Command, path string) (*data.File, error) {
	file, err := t.openNoted(c, path)
	if err == nil {
		sayComments(c, file)
	}
	return file, err
}

// openNoted opens a table for a command that prints its notes.
func (t *tableFlags) openNoted(c *cobra.Command, path string) (*data.File, error) {
	o := t.options
	switch {
	case t.delimiter == "tab" || t.delimiter == `\t`:
		o.Delimiter = '\t'
	case len(t.delimiter) == 1:
		o.Delimiter = t.delimiter[0]
	case t.delimiter != "":
		return nil, usage(c, fmt.Errorf("--delimiter %q, want one character or tab", t.delimiter))
	}
	switch {
	case t.header && t.noHeader:
		return nil, usage(c, errors.New("--header and --no-header, want one of them"))
	case t.header:
		o.Header = data.HeaderFirst
	case t.noHeader:
		o.Header = data.HeaderNone
	}
	if t.query != "" || sql.IsDatabase(path) {
		return t.openDatabase(c, path, o)
	}
	o.Stdin = c.InOrStdin()
	return data.Open(path, o)
}

// unnamed reports whether the columns of the table have no names.
func (t *tableFlags) unnamed(path string) bool {
	return t.noHeader || slices.Contains([]string{".npy", ".npz"}, filepath.Ext(path))
}

// sayDropped says how many rows were left out, if any.
func sayDropped(c *cobra.Command, dropped int) {
	if dropped > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: rows left out because of missing cells: %d\n", dropped)
	}
}

// sayComments says at the end of the command how many lines of comment were left out within a table, since each may have been meant
// as a row.
func sayComments(c *cobra.Command, file *data.File) {
	before := c.PostRun
	c.PostRun = func(c *cobra.Command, args []string) {
		if before != nil {
			before(c, args)
		}
		if n := file.Comments(); n > 0 {
			fmt.Fprintf(c.ErrOrStderr(), "gaussflow: %s: lines of comment within the table, after #, that are no rows and were left out: %d\n", file.Name(), n)
		}
	}
}
