// Package sql reads the rows that a database returns for a query: an SQLite file or a Postgres server.
//
//	query, err := sql.Open(ctx, "shop.db", "select price, rooms, city from sales")
//	defer query.Close()
//	file, err := data.FromTable(query.Name(), query, data.Options{})
//
// The query runs again for each pass over the rows. All passes belong to one read-only transaction, so that they see the same rows
// whatever others write. Without an ORDER BY the order is the database's own; a query that draws rows at random gives each pass
// different ones. Rows are read in blocks of about a megabyte, whatever the size of the table.
//
// # Cells
//
// Integers, decimals and floating-point numbers are numbers, and as text have all their digits. Booleans of Postgres are true and
// false; SQLite has none, and its 0 and 1 are numbers. Dates and times of Postgres are ISO 8601, with as many digits after the
// second as the column's type has; those with a zone are in UTC unless the address asks for another one (?timezone=Europe/Oslo).
// SQLite has no such types and returns what is stored. NULL is a missing cell. Bytes are refused. Other types are text as the
// database writes it.
package sql

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"gaussflow/columns"
	"gaussflow/internal/defaults"
)

// A Query is a query to a database together with the rows of its answer: a columns.Table.
type Query struct {
	name    string
	columns []string
	shared  sync.Mutex // serializes the use of the connection
	answer  answer
	close   func() error
}

var _ columns.Table = (*Query)(nil)

// A connection is a read-only transaction of a database. Neither its methods nor those of what they return may be called
// concurrently.
type connection interface {
	// ask prepares a query and returns its answer and the names of the answer's columns.
	ask(query string) (answer, []string, error)
	// tables are the names of the tables and views, in the form that a query needs.
	tables() ([]string, error)
	// Close ends the transaction and the connection.
	Close() error
}

// An answer is the result of a query, which can be read any number of times.
type answer interface {
	// rows starts a reading before the first row.
	rows() (reader, error)
}

// A reader is one reading of an answer.
type reader interface {
	// read fills an empty block with the next rows; after the last one the block stays empty.
	read(b *block) error
	Close() error
}

// Open prepares a query to a database: an SQLite file, or postgres://user@host:port/name. The password of an address may be given
// by the variable PGPASSWORD or a password file, as for Postgres's own programs. When ctx ends, so do the query, the passes over
// its rows and the connection.
//
// If the database refuses something the error is an *Error; if a file cannot be opened, an *fs.PathError.
func Open(ctx context.Context, database, query string) (*Query, error) {
	c, err := connect(ctx, database)
	if err != nil {
		return nil, err
	}
	q := &Query{name: Name(database), close: c.Close}
	if q.answer, q.columns, err = c.ask(query); err != nil {
		_ = c.Close() // the query's error is the one to return
		return nil, err
	}
	return q, nil
}

// Tables are the tables and views of a database, sorted by name, in the form that a query needs: quoted if necessary.
func Tables(ctx context.Context, database string) (names []string, err error) {
	c, err := connect(ctx, database)
	if err != nil {
		return nil, err
	}
	names, err = c.tables()
	return names, errors.Join(err, c.Close())
}

func connect(ctx context.Context, database string) (connection, error) {
	switch {
	case defaults.IsNil(ctx):
		return nil, errors.New("sql: Open: the context is nil, want one: its end ends the query")
	case IsAddress(database):
		return openPostgres(ctx, database)
	}
	return openSQLite(ctx, database)
}

// errQuery is the error of a zero Query.
var errQuery = errors.New("sql: the Query is nil or zero: Open makes one")

func (q *Query) check() error {
	if q == nil || q.answer == nil {
		return errQuery
	}
	return nil
}

// Name is the database's name, without a password.
func (q *Query) Name() string {
	if q.check() != nil {
		return ""
	}
	return q.name
}

// Names are the columns of the answer.
func (q *Query) Names() []string {
	if q.check() != nil {
		return nil
	}
	return slices.Clone(q.columns)
}

// Pass runs the query again and starts before the first row.
func (q *Query) Pass() (columns.Pass, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	q.shared.Lock()
	defer q.shared.Unlock()
	r, err := q.answer.rows()
	if err != nil {
		return nil, err
	}
	return &pass{query: q, reader: r, block: block{width: len(q.columns)}}, nil
}

// Close ends the transaction and the connection; passes that are not finished fail.
func (q *Query) Close() error {
	if err := q.check(); err != nil {
		return err
	}
	q.shared.Lock()
	defer q.shared.Unlock()
	return q.close()
}

// checkColumns requires that the answer has columns and the query no parameters.
func checkColumns(database, query string, columns, parameters int) error {
	e := &Error{Database: Name(database)}
	switch {
	case strings.TrimSpace(query) == "":
		e.What = "the query is empty, want a select"
	case columns == 0:
		e.What = "the query gives no rows, want a select"
	case parameters > 0:
		e.What = "the query has parameters, want values in their place"
	default:
		return nil
	}
	return e
}
