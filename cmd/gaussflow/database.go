package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/data/sql"
)

// openDatabase opens the rows that a query gives as a table.
func (t *tableFlags) openDatabase(c *cobra.Command, database string, o data.Options) (*data.File, error) {
	name := sql.Name(database)
	_, absent := os.Stat(database)
	switch {
	case database == "-" || absent == nil && !sql.IsDatabase(database):
		return nil, usage(c, fmt.Errorf("--sql asks a database, and %s is none, want an SQLite file or postgres://user@host:port/name", name))
	case o.Format != "":
		return nil, &data.FormatError{File: name, What: fmt.Sprintf("is a database, want a file of format %s", o.Format)}
	case t.query == "":
		return nil, unasked(c, database)
	}
	query, err := sql.Open(c.Context(), database, t.query)
	if err != nil {
		return nil, err
	}
	closeAtEnd(c.Context(), query)
	return data.FromTable(name, query, o)
}

// ofPair is how one of the two tables of a command is read: --sql is for those that are databases.
func (t *tableFlags) ofPair(path string) tableFlags {
	flags := *t
	if !sql.IsDatabase(path) {
		flags.query = ""
	}
	return flags
}

// checkPair refuses --sql where neither of two tables is a database.
func (t *tableFlags) checkPair(c *cobra.Command, a, b string) error {
	if t.query != "" && !sql.IsDatabase(a) && !sql.IsDatabase(b) {
		return usage(c, fmt.Errorf("--sql asks a database, and neither %s nor %s is one", sql.Name(a), sql.Name(b)))
	}
	return nil
}

// unasked says what a database could be asked, where it is not.
func unasked(c *cobra.Command, database string) error {
	tables, err := sql.Tables(c.Context(), database)
	if err != nil {
		return err
	}
	if len(tables) == 0 {
		return in(sql.Name(database), errors.New("it is a database without tables"))
	}
	ask := inShell("select * from " + tables[0])
	return usage(c, fmt.Errorf("%s is a database; tables in it: %s; use --sql %s", sql.Name(database), listed(tables, ", "), ask))
}

// argument is DATA as it is typed in a shell, with its query and without its password.
func (t *tableFlags) argument(path string) string {
	word := inShell(sql.Name(path))
	if t.query != "" {
		word += " --sql " + inShell(t.query)
	}
	return word
}

// databasesKey is where a context of withDatabases keeps the *databases of a command.
type databasesKey struct{}

// databases are those that a command has open: their tables are read until it ends.
type databases struct{ opened []*sql.Query }

// withDatabases is a context of which closeAtEnd takes databases, and what closes them.
func withDatabases(ctx context.Context) (context.Context, func()) {
	d := new(databases)
	return context.WithValue(ctx, databasesKey{}, d), func() {
		for _, q := range d.opened {
			_ = q.Close() // all that was asked has been answered
		}
	}
}

func closeAtEnd(ctx context.Context, q *sql.Query) {
	if d, ok := ctx.Value(databasesKey{}).(*databases); ok {
		d.opened = append(d.opened, q)
	}
}
