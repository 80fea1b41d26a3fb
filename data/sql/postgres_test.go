package sql_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"gaussflow/data/sql"
	"gaussflow/internal/postgrestest"
)

// serverTables are created in the server that the tests start.
const serverTables = `
create table sales (id bigint primary key, price numeric(12,2), rooms smallint, city text, sold date, at timestamptz, new boolean);
insert into sales select i, 100 + i * 0.25, 1 + i % 5, case when i % 11 = 0 then null else 'Oslo' end, date '2024-01-01' + i,
  timestamptz '2024-06-01 12:00:00+02' + i * interval '1.5 second', i % 2 = 0 from generate_series(1, 200) i;
create schema "Back Office"; create table "Back Office".staff (name text, face bytea);
create role guarded login password 'geheim'; grant select on sales to guarded`

// admin is a second connection, for changes and questions beside those of the tested code.
func admin(t *testing.T, address string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func exec(t *testing.T, c *pgconn.PgConn, statements string) []*pgconn.Result {
	t.Helper()
	results, err := c.Exec(context.Background(), statements).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// TestPostgres runs its subtests on a real server.
func TestPostgres(t *testing.T) {
	address := postgrestest.Start(t)
	exec(t, admin(t, address), serverTables)
	for name, test := range map[string]func(*testing.T, string){
		"cells": postgresCells, "passes": postgresPasses, "snapshot": postgresSnapshot, "errors": postgresErrors,
		"interrupt": postgresInterrupt, "password": postgresPassword, "tables": postgresTables, "zone": postgresZone,
	} {
		t.Run(name, func(t *testing.T) { test(t, address) })
	}
}

func postgresCells(t *testing.T, address string) {
	q := open(t, address, "select * from sales where id in (10, 11) order by id; -- and a comment")
	if got, want := q.Names(), []string{"id", "price", "rooms", "city", "sold", "at", "new"}; !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
	want := []string{"#10|#102.50|#1|Oslo|2024-01-11|2024-06-01T10:00:15.000000Z|true", "#11|#102.75|#2||2024-01-12|2024-06-01T10:00:16.500000Z|false"}
	if got := texts(t, q, 2); !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	for query, want := range map[string]string{
		"9223372036854775807": "#9223372036854775807", "123456789012345678901234567890.123456789012345678901234567890": "#123456789012345678901234567890.123456789012345678901234567890",
		"0.1::float8 + 0.2::float8": "#0.30000000000000004", "0.1::float4": "#0.1", "'NaN'::float8": "#NaN", "'-Infinity'::float4": "#-Infinity", "1e400::numeric": "1" + strings.Repeat("0", 400),
		"null::int": "", "null": "", "''": "", "' a,\"b'": ` a,"b`, "true": "true",
		"timestamp '2024-02-29 23:59:59.5'": "2024-02-29T23:59:59.500000", "timestamp(0) '2024-02-29 23:59:59.5'": "2024-03-01T00:00:00",
		"'2024-02-29 23:59:59.25'::timestamp(2)": "2024-02-29T23:59:59.250", "time '12:00'": "12:00:00.000000", "time(0) '12:00'": "12:00:00",
		"timestamptz '2024-01-01 00:00:00+05:30'": "2023-12-31T18:30:00.000000Z", "date '10000-01-01'": "10000-01-01", "timestamp '10000-01-01'": "10000-01-01T00:00:00.000000",
		"timestamp 'infinity'": "infinity", "timestamp '0044-03-15 12:00:00 BC'": "0044-03-15 12:00:00 BC", "date '0044-03-15 BC'": "0044-03-15 BC",
		"interval '1 day 2 hours'": "1 day 02:00:00", "array[1, 2]": "{1,2}", `'{"a": 1}'::jsonb`: `{"a": 1}`, "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
	} {
		if got := texts(t, open(t, address, "select "+query), 1)[0]; got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// postgresPasses: passes that run at the same time do not disturb each other, however many blocks they read.
func postgresPasses(t *testing.T, address string) {
	q := open(t, address, "select a.id, b.id as other from sales a, sales b order by 1, 2") // 40,000 rows, which are several blocks
	first, err := q.Pass()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for n := range 40_000 {
		if err = first.Next(); err != nil {
			t.Fatal(err)
		}
		if n == 100 && count(t, q) != 40_000 {
			t.Error("a second pass beside the first has other rows")
		}
		if v, _ := first.Number(1); int(v) != n%200+1 {
			t.Fatalf("row %d has %v", n, v)
		}
	}
	if n := count(t, open(t, address, "select repeat('x', 500000) from generate_series(1, 300)")); n != 300 {
		t.Errorf("%d long rows, want 300", n)
	}
	if n := count(t, open(t, address, "values (1), (2)")); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	if n := count(t, open(t, address, "select 1 where false")); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
}

// postgresSnapshot: a second pass does not see what another connection writes after the first one.
func postgresSnapshot(t *testing.T, address string) {
	writer := admin(t, address)
	exec(t, writer, "create table moving as select 1 as x")
	q := open(t, address, "select x from moving")
	if n := count(t, q); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
	exec(t, writer, "insert into moving values (2)")
	if n := count(t, q); n != 1 {
		t.Errorf("the second pass has %d rows, want 1", n)
	}
	if n := count(t, open(t, address, "select x from moving")); n != 2 {
		t.Errorf("another query has %d rows, want 2", n)
	}
}

func postgresErrors(t *testing.T, address string) {
	for query, want := range map[string]string{
		"select pric from sales":                        `column "pric" does not exist (Perhaps you meant to reference the column "sales.price"), at character 8 of the query: "pric from sales"`,
		"select 'ø', id form sales":                     `syntax error at or near "sales", at character 21 of the query: "sales"`,
		"select * from sale":                            `relation "sale" does not exist, at character 15 of the query: "sale"`,
		"":                                              "the query is empty, want a select",
		"-- nothing":                                    "the query gives no rows, want a select",
		"drop table sales":                              "the query gives no rows, want a select",
		"select 1; drop table sales":                    "cannot insert multiple commands into a prepared statement",
		"select * from sales where id = $1":             "the query has parameters, want values in their place",
		`select * from "Back Office".staff`:             `column "face" holds bytes, want numbers or text: leave it out of the query`,
		"select 1 / (id - 100) from sales":              "division by zero",
		"delete from sales returning id":                `syntax error at or near "delete"`,
		"select pg_terminate_backend(pg_backend_pid())": "terminating connection due to administrator command",
	} {
		q, err := sql.Open(context.Background(), address, query)
		if err == nil {
			_, err = readAll(q)
			_ = q.Close()
		}
		var e *sql.Error
		if !errors.As(err, &e) || e.Reason() != want || e.Database != address {
			t.Errorf("%q: %v, want %s", query, err, want)
		}
	}
	for changed, want := range map[string]string{
		strings.Replace(address, "/postgres?", "/nowhere?", 1):      `database "nowhere" does not exist`,
		"postgres://tester@/postgres?host=/nowhere":                 "the server cannot be reached: none listens there",
		"postgres://tester:geheim@localhost:1/postgres":             "the server cannot be reached: none listens there",
		"postgres://tester:ge/heim@localhost/postgres":              "is no address of a database, want postgres://user@host:port/name; signs in a name or a password are written as %40 for @",
		"postgres://tester:geheim@localhost/postgres?sslmode=wrong": "is no address of a database, want postgres://user@host:port/name; signs in a name or a password are written as %40 for @",
	} {
		_, err := sql.Open(context.Background(), changed, "select 1")
		var e *sql.Error
		if !errors.As(err, &e) || e.Reason() != want || strings.Contains(err.Error(), "heim") {
			t.Errorf("%q: %v, want %s", changed, err, want)
		}
	}
	exec(t, admin(t, address), "select count(*) from sales") // the table is still there: nothing has dropped it
}

// postgresInterrupt: when the context ends, the query is also ended in the server.
func postgresInterrupt(t *testing.T, address string) {
	watch := admin(t, address)
	// running waits until this many of the test's queries run in the server.
	running := func(want string) {
		for got := ""; got != want; {
			got = string(exec(t, watch, "select count(*) from pg_stat_activity where query like 'fetch%' and state = 'active'")[0].Rows[0][0])
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	q, err := sql.Open(ctx, address, "select pg_sleep(3600) as endless")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		running("1")
		cancel()
	}()
	if _, err = readAll(q); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was interrupted", err)
	}
	if _, err = q.Pass(); !errors.Is(err, context.Canceled) {
		t.Errorf("another pass: %v, want that it was interrupted", err)
	}
	if err = q.Close(); err != nil {
		t.Error(err)
	}
	running("0")
}

// postgresPassword: a password comes from the address or the environment, and no message contains it.
func postgresPassword(t *testing.T, address string) {
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	with := func(user *url.Userinfo) string {
		changed := *at
		changed.User = user
		return changed.String()
	}
	guarded := with(url.User(postgrestest.Guarded))
	q := open(t, with(url.UserPassword(postgrestest.Guarded, "geheim")), "select id from sales")
	if n := count(t, q); n != 200 || q.Name() != guarded {
		t.Errorf("%d rows of %s, want 200 of %s", n, q.Name(), guarded)
	}
	_, err = sql.Open(context.Background(), with(url.UserPassword(postgrestest.Guarded, "falsch")), "select id from sales")
	if want := "sql: " + guarded + `: password authentication failed for user "guarded"`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	t.Setenv("PGPASSWORD", "geheim")
	if n := count(t, open(t, guarded, "select id from sales")); n != 200 {
		t.Errorf("%d rows, want 200", n)
	}
}

func postgresTables(t *testing.T, address string) {
	got, err := sql.Tables(context.Background(), address)
	for _, want := range []string{`"Back Office".staff`, "sales"} {
		if err != nil || !slices.Contains(got, want) {
			t.Errorf("%q, %v, want %s among them", got, err, want)
		}
	}
}

// postgresZone: an address may ask for another time zone than UTC.
func postgresZone(t *testing.T, address string) {
	q := open(t, address+"&timezone=Asia/Kolkata", "select at, at::date from sales where id = 1")
	if got, want := texts(t, q, 1)[0], "2024-06-01T15:30:01.500000+05:30|2024-06-01"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	q = open(t, address+"&TimeZone=Europe/Oslo", "select at from sales where id = 1")
	if got, want := texts(t, q, 1)[0], "2024-06-01T12:00:01.500000+02:00"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
