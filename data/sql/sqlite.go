package sql

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"gaussflow/columns"
)

// sqlite is an SQLite file, open for reading.
type sqlite struct {
	ctx  context.Context // the context of everything that the connection does
	path string
	conn *sqlite3.Conn
}

// busyTime is how long to wait for a file that another program is writing.
const busyTime = 5 * time.Second

func openSQLite(ctx context.Context, path string) (connection, error) {
	begins, err := beginsAsSQLite(path)
	if err != nil {
		return nil, fmt.Errorf("sql: %w", err)
	}
	if !begins {
		return nil, &Error{Database: path, What: "is no database: it does not begin as a file of SQLite does"}
	}
	whole, err := filepath.Abs(path) // absolute, because SQLite takes a path that begins with file: for a URI
	if err != nil {
		return nil, fmt.Errorf("sql: %w", err)
	}
	s := &sqlite{ctx: ctx, path: path}
	if s.conn, err = sqlite3.OpenFlags(whole, sqlite3.OPEN_READONLY); err != nil {
		return nil, s.failed(err)
	}
	s.conn.SetInterrupt(ctx)
	if err = s.conn.BusyTimeout(busyTime); err == nil {
		err = s.conn.Exec("BEGIN")
	}
	if err != nil {
		_ = s.conn.Close() // err is the cause
		return nil, s.failed(err)
	}
	return s, nil
}

// failed is an error of SQLite in its own words, or that of the context if it is done and may be the reason.
func (s *sqlite) failed(err error) error {
	if err == nil {
		return nil
	}
	if done := s.ctx.Err(); done != nil {
		return &Error{Database: s.path, What: "the query was interrupted", Err: done}
	}
	what := err.Error()
	var said *sqlite3.Error
	if errors.As(err, &said) {
		what = strings.TrimPrefix(what, said.Code().Error()+": ")
	}
	return &Error{Database: s.path, What: strings.TrimPrefix(what, "sqlite3: "), Err: err}
}

// refused is the error for a query that SQLite rejects.
func (s *sqlite) refused(query string, err error) error {
	failed := s.failed(err)
	var said *sqlite3.Error
	var e *Error
	if errors.As(failed, &e) && errors.As(err, &said) && said.SQL() != "" {
		return e.about(query, len(query)-len(said.SQL()))
	}
	return failed
}

// prepare prepares the query, which must be a single statement.
func (s *sqlite) prepare(query string) (*sqlite3.Stmt, error) {
	statement, rest, err := s.conn.Prepare(query)
	if err != nil {
		return nil, s.refused(query, err)
	}
	if statement == nil {
		return nil, checkColumns(s.path, "", 0, 0)
	}
	if next, _, err := s.conn.Prepare(rest); next != nil || err != nil { // next is nil for a comment
		_ = next.Close()
		_ = statement.Close()
		return nil, (&Error{Database: s.path, What: "the query is more than one statement, want one select"}).about(query, len(query)-len(strings.TrimSpace(rest)))
	}
	return statement, nil
}

func (s *sqlite) ask(query string) (answer, []string, error) {
	statement, err := s.prepare(query)
	if err != nil {
		return nil, nil, err
	}
	defer statement.Close()
	names := make([]string, statement.ColumnCount())
	for j := range names {
		names[j] = statement.ColumnName(j)
	}
	return &sqliteAnswer{s, query}, names, checkColumns(s.path, query, len(names), statement.BindCount())
}

func (s *sqlite) tables() (names []string, err error) {
	statement, err := s.prepare(`select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite\_%' escape '\' order by name`)
	if err != nil {
		return nil, err
	}
	defer statement.Close()
	for statement.Step() {
		names = append(names, identifier(statement.ColumnText(0)))
	}
	return names, s.failed(statement.Err())
}

// identifier quotes a name for a query.
func identifier(name string) string {
	plain := func(r rune) bool {
		return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	if name != "" && (name[0] < '0' || name[0] > '9') && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return name
	}
	return sqlite3.QuoteIdentifier(name)
}

// Close ends the transaction with the connection.
func (s *sqlite) Close() error {
	s.conn.SetInterrupt(context.Background()) // even if the query was interrupted
	for statement := range s.conn.Stmts() {
		_ = statement.Close()
	}
	return s.failed(s.conn.Close())
}

type sqliteAnswer struct {
	*sqlite
	query string
}

func (a *sqliteAnswer) rows() (reader, error) {
	statement, err := a.prepare(a.query)
	if err != nil {
		return nil, err
	}
	return &sqliteRows{sqlite: a.sqlite, statement: statement}, nil
}

type sqliteRows struct {
	*sqlite
	statement *sqlite3.Stmt
	row       int
	ended     bool // set after the last row, because stepping the statement again would restart it
}

func (r *sqliteRows) read(b *block) error {
	for !r.ended && !b.full() {
		if !r.statement.Step() {
			r.ended = true
			return r.failed(r.statement.Err())
		}
		r.row++
		for j := range b.width {
			if err := r.cell(b, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// cell adds column j of the current row. Its type is that of the value, not of the column.
func (r *sqliteRows) cell(b *block, j int) error {
	switch r.statement.ColumnType(j) {
	case sqlite3.INTEGER:
		v := r.statement.ColumnInt64(j)
		b.text = strconv.AppendInt(b.text, v, 10)
		b.addNumber(float64(v))
	case sqlite3.FLOAT:
		v := r.statement.ColumnFloat(j)
		b.text = columns.AppendNumber(b.text, v)
		b.addNumber(v)
	case sqlite3.BLOB:
		return &Error{Database: r.path, What: fmt.Sprintf("row %d has bytes in column %q, want numbers or text: leave the column out of the query", r.row, r.statement.ColumnName(j))}
	case sqlite3.TEXT:
		b.text = append(b.text, r.statement.ColumnRawText(j)...)
		b.add()
	default:
		b.add() // NULL
	}
	return nil
}

// Close ends the reading.
func (r *sqliteRows) Close() error {
	r.ended = true
	return r.failed(r.statement.Close())
}
