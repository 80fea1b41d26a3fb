// Package sql brings the rows that a database gives: of an SQLite file, or of a Postgres server.
//
//	query, err := sql.Open(ctx, "shop.db", "select price, rooms, city from sales")
//	defer query.Close()
//	file, err := data.FromTable(query.Name(), query, data.Options{})
//
// The query runs anew for each pass over the rows, all of them within one transaction that only reads, so that they see the same
// rows whoever else writes. Their order is the database's own where the query has no ORDER BY; a query whose rows are drawn at random
// gives others to each pass. Rows are read in blocks of about a megabyte, whatever the size of the table.
//
// # Cells
//
// Whole numbers, decimals and floating-point numbers are numbers, and text in all their digits. Booleans of Postgres are true and
// false; SQLite has none, and its 0 and 1 are numbers. Dates and times of Postgres are ISO 8601, moments with a zone in UTC unless the address
// asks for another (?timezone=Europe/Oslo), with as many digits of a second as the column's type has; SQLite has no such types, and gives
// what is stored. NULL is a missing cell. Bytes are refused. Other types are text as the database writes it.
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

// A Query is a question to a database and the rows of its answer: a columns.Table.
type Query struct {
	name    string
	columns []string
	shared  sync.Mutex // a connection does one thing at a time
	answer  answer
	close   func() error
}

var _ columns.Table = (*Query)(nil)

// A connection is a transaction of a database that only reads. Its methods, and those of what they return, are not called at the same time.
type connection interface {
	// ask prepares a query, whose answer has these columns.
	ask(query string) (answer, []string, error)
	// tables are the names of the tables and views, as a query writes them.
	tables() ([]string, error)
	// Close ends the transaction and the connection.
	Close() error
}

// An answer is what a query gives, as often as it is asked for.
type answer interface {
	// rows begins before the first row.
	rows() (reader, error)
}

// A reader is one reading of an answer.
type reader interface {
	// read fills an empty block with the next rows, and leaves it empty after the last one.
	read(b *block) error
	Close() error
}

// Open asks a database: an SQLite file, or postgres://user@host:port/name. The password of an address may be left to the variable PGPASSWORD or a
// password file, as Postgres's own programs do. The end of ctx ends the query, the passes over its rows and the connection.
//
// What the database refuses is an *Error; a file that cannot be opened is an *fs.PathError.
func Open(ctx context.Context, database, query string) (*Query, error) {
	c, err := connect(ctx, database)
	if err != nil {
		return nil, err
	}
	q := &Query{name: Name(database), close: c.Close}
	if q.answer, q.columns, err = c.ask(query); err != nil {
		_ = c.Close() // what the query's error says comes first
		return nil, err
	}
	return q, nil
}

// Tables are the tables and views of a database, in order of their names, as a query writes them: quoted where need be.
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

// errQuery is what a zero Query says.
var errQuery = errors.New("sql: the Query is nil or zero: Open makes one")

func (q *Query) check() error {
	if q == nil || q.answer == nil {
		return errQuery
	}
	return nil
}

// Name is the database's, without a password.
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

// Pass asks the database once more, and starts before the first row.
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

// Close ends the transaction and the connection; passes that are under way fail.
func (q *Query) Close() error {
	if err := q.check(); err != nil {
		return err
	}
	q.shared.Lock()
	defer q.shared.Unlock()
	return q.close()
}

// checkColumns wants an answer with columns, and no parameters in the query.
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
