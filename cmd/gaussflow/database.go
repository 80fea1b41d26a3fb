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

// openDatabase opens the rows that a query returns as a table.
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

// ofPair is the flags for one of a command's two tables: --sql applies to those that are databases.
func (t *tableFlags) ofPair(path string) tableFlags {
	flags := *t
	if !sql.IsDatabase(path) {
		flags.query = ""
	}
	return flags
}

// checkPair refuses --sql if neither of two tables is a database.
func (t *tableFlags) checkPair(c *cobra.Command, a, b string) error {
	if t.query != "" && !sql.IsDatabase(a) && !sql.IsDatabase(b) {
		return usage(c, fmt.Errorf("--sql asks a database, and neither %s nor %s is one, want an SQLite file or postgres://user@host:port/name", sql.Name(a), sql.Name(b)))
	}
	return nil
}

// unasked is the error for a database without --sql; it says what could be asked.
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

// argument is DATA as typed in a shell, with its query and without its password.
func (t *tableFlags) argument(path string) string {
	word := inShell(sql.Name(path))
	if t.query != "" {
		word += " --sql " + inShell(t.query)
	}
	return word
}

// databasesKey is the key under which a context of withDatabases holds a command's *databases.
type databasesKey struct{}

// databases are the databases that a command has opened; they stay open until it ends.
type databases struct{ opened []*sql.Query }

// withDatabases returns a context in which closeAtEnd registers databases, and a function that closes them.
func withDatabases(ctx context.Context) (context.Context, func()) {
	d := new(databases)
	return context.WithValue(ctx, databasesKey{}, d), func() {
		for _, q := range d.opened {
			_ = q.Close() // an error no longer matters: all queries have been answered
		}
	}
}

func closeAtEnd(ctx context.Context, q *sql.Query) {
	if d, ok := ctx.Value(databasesKey{}).(*databases); ok {
		d.opened = append(d.opened, q)
	}
}
