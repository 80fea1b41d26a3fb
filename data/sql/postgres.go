package sql

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// postgres is a transaction of a Postgres server.
type postgres struct {
	ctx     context.Context // the context of everything that the connection does
	name    string
	conn    *pgconn.PgConn
	cursors int // number of cursors declared
}

// closeTime is how long the server may take to close the connection.
const closeTime = time.Second

// The settings of the transaction: it sees the rows of a single moment, floating-point numbers have all their digits, and times are
// ISO 8601. Two readings of a table without an order start at the same row, and a cursor is planned for reading all rows.
const begin = `begin isolation level repeatable read read only;
set local datestyle to 'ISO, YMD'; set local extra_float_digits to 3; set local synchronize_seqscans to off; set local cursor_tuple_fraction to 1`

func openPostgres(ctx context.Context, address string) (connection, error) {
	p := &postgres{ctx: ctx, name: Name(address)}
	config, err := pgconn.ParseConfig(address)
	if err != nil { // err may contain the password
		return nil, &Error{Database: p.name, What: "is no address of a database, want postgres://user@host:port/name; signs in a name or a password are written as %40 for @"}
	}
	if p.conn, err = pgconn.ConnectConfig(ctx, config); err != nil {
		return nil, p.unreached(err)
	}
	statements := begin
	if !setsZone(address) {
		statements += "; set local timezone to 'UTC'"
	}
	if _, err = p.conn.Exec(ctx, statements).ReadAll(); err != nil {
		_ = p.Close() // err is the cause
		return nil, p.failed(err)
	}
	return p, nil
}

// setsZone reports whether an address asks for a time zone.
func setsZone(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	for name := range u.Query() {
		if strings.EqualFold(name, "timezone") {
			return true
		}
	}
	return false
}

// unreached explains why there is no connection, without Go's terms.
func (p *postgres) unreached(err error) error {
	if done := p.ctx.Err(); done != nil {
		return &Error{Database: p.name, What: "the connection was interrupted", Err: done}
	}
	e := &Error{Database: p.name, What: "the server cannot be reached", Err: err}
	var said *pgconn.PgError
	var host *net.DNSError
	var timed net.Error
	switch {
	case errors.As(err, &said):
		e.What = said.Message
	case errors.As(err, &host):
		e.What += fmt.Sprintf(": there is no host %q", host.Name)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		e.What += ": none listens there"
	case errors.As(err, &timed) && timed.Timeout():
		e.What += ": it took too long"
	}
	return e
}

// failed is an error of the server in its own words, or that of the context if it is done and may be the reason.
func (p *postgres) failed(err error) error {
	if err == nil {
		return nil
	}
	if done := p.ctx.Err(); done != nil {
		return &Error{Database: p.name, What: "the query was interrupted", Err: done}
	}
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return &Error{Database: p.name, What: "the connection to the server was lost", Err: err}
	}
	what := said.Message
	if said.Hint != "" {
		what += " (" + strings.TrimSuffix(said.Hint, ".") + ")"
	}
	return &Error{Database: p.name, What: what, Err: err}
}

// refused is the error for a query that the server rejects.
func (p *postgres) refused(query string, err error) error {
	failed := p.failed(err)
	var said *pgconn.PgError
	var e *Error
	if errors.As(failed, &e) && errors.As(err, &said) && said.Position > 0 {
		return e.about(query, byteOf(query, int(said.Position)))
	}
	return failed
}

// byteOf is the byte offset at which character n of a text begins, counted from 1; the text's length if it has fewer.
func byteOf(text string, n int) int {
	for at := range text {
		if n--; n == 0 {
			return at
		}
	}
	return len(text)
}

func (p *postgres) ask(query string) (answer, []string, error) {
	described, err := p.conn.Prepare(p.ctx, "", query, nil)
	if err != nil {
		return nil, nil, p.refused(query, err)
	}
	if err = checkColumns(p.name, query, len(described.Fields), len(described.ParamOIDs)); err != nil {
		return nil, nil, err
	}
	a := &postgresAnswer{postgres: p, query: query}
	var names []string
	for _, f := range described.Fields {
		if f.DataTypeOID == pgtype.ByteaOID {
			return nil, nil, &Error{Database: p.name, What: fmt.Sprintf("column %q holds bytes, want numbers or text: leave it out of the query", f.Name)}
		}
		names = append(names, f.Name)
		a.kinds = append(a.kinds, postgresKind{f.DataTypeOID, f.TypeModifier})
	}
	return a, names, nil
}

// tablesQuery lists what can be read, named as the search path of the connection needs it.
const tablesQuery = `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema' order by 1`

func (p *postgres) tables() (names []string, err error) {
	result := p.conn.ExecParams(p.ctx, tablesQuery, nil, nil, nil, nil).Read()
	for _, row := range result.Rows {
		names = append(names, string(row[0]))
	}
	return names, p.failed(result.Err)
}

// Close ends the transaction and the connection, and the query if it is still running.
func (p *postgres) Close() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), closeTime)
	defer cancel()
	err := p.conn.Close(ctx)
	select { // if the query was interrupted, the server is told so in the background
	case <-p.conn.CleanupDone():
	case <-ctx.Done():
	}
	if err != nil && p.ctx.Err() == nil {
		return p.failed(err)
	}
	return nil
}

// A postgresAnswer is read by cursors, several of which may be open on one connection.
type postgresAnswer struct {
	*postgres
	query string
	kinds []postgresKind
}

func (a *postgresAnswer) rows() (reader, error) {
	a.cursors++
	r := &postgresRows{postgresAnswer: a, cursor: "gaussflow_" + strconv.Itoa(a.cursors), count: firstFetch}
	return r, a.run("declare " + r.cursor + " no scroll cursor for " + a.query)
}

// run runs a statement that returns no rows.
func (p *postgres) run(statement string) error {
	_, err := p.conn.ExecParams(p.ctx, statement, nil, nil, nil, nil).Close()
	return p.failed(err)
}

// How many rows are fetched at a time: first a few, to see how long they are.
const (
	firstFetch = 64
	mostFetch  = 1 << 13
)

type postgresRows struct {
	*postgresAnswer
	cursor string
	count  int // rows to fetch
}

func (r *postgresRows) read(b *block) error {
	result := r.conn.ExecParams(r.ctx, fmt.Sprintf("fetch %d from %s", r.count, r.cursor), nil, nil, nil, nil)
	n := 0
	for ; result.NextRow(); n++ {
		for j, value := range result.Values() {
			r.kinds[j].add(b, value)
		}
	}
	_, err := result.Close()
	if n > 0 {
		r.count = min(max(n*blockBytes/(len(b.text)+16*len(b.cells)), 1), mostFetch)
	}
	return r.failed(err)
}

// Close ends the cursor.
func (r *postgresRows) Close() error {
	if r.ctx.Err() != nil || r.conn.IsClosed() || r.conn.TxStatus() != 'T' { // the cursor has already ended with the transaction
		return nil
	}
	return r.run("close " + r.cursor)
}
