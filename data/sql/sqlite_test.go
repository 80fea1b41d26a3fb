package sql_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/data/sql"
)

// shop is an SQLite file that SQLite's own library has written: see testdata/shop.sql.
const shop = "testdata/shop.db"

func open(t *testing.T, database, query string) *sql.Query {
	t.Helper()
	q, err := sql.Open(context.Background(), database, query)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

// texts returns the cells of the first rows of a table; those that are stored as numbers begin with #.
func texts(t *testing.T, q columns.Table, rows int) (all []string) {
	t.Helper()
	pass, err := q.Pass()
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	for range rows {
		if err = pass.Next(); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for j := range q.Names() {
			cell := string(pass.Text(j))
			if v, ok := pass.Number(j); ok {
				if cell = "#" + cell; columns.Number(cell[1:]) != v && !math.IsInf(v, 0) && !math.IsNaN(v) {
					t.Errorf("%q is stored as %v", cell, v)
				}
			}
			cells = append(cells, cell)
		}
		all = append(all, strings.Join(cells, "|"))
	}
	return all
}

// count is how many rows a table has.
func count(t *testing.T, q columns.Table) (n int) {
	t.Helper()
	pass, err := q.Pass()
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	for err = pass.Next(); err == nil; err = pass.Next() {
		n++
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return n
}

func TestSQLiteCells(t *testing.T) {
	q := open(t, shop, "select id, price, city, sold, big from sales where id in (10, 11) order by id -- and a comment;")
	if got, want := q.Names(), []string{"id", "price", "city", "sold", "big"}; !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
	want := []string{"#10|#213.5|Bergen|2024-05-10|#9007199254741002", "#11|#250.75||2024-05-23|#9007199254741003"}
	if got := texts(t, q, 2); !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	q = open(t, shop, "select 9223372036854775807 as a, 0.1 as b, '1e3' as c, 1e300 * 1e300 as d, null as e, 'ø' as f;")
	if got, want := texts(t, q, 1), "#9223372036854775807|#0.1|1e3|#+Inf||ø"; got[0] != want {
		t.Errorf("%q, want %q", got[0], want)
	}
}

// TestSQLitePasses: passes that run at the same time do not disturb each other, however many blocks they read.
func TestSQLitePasses(t *testing.T) {
	q := open(t, shop, "select a.id, b.id as other from sales a, sales b order by 1, 2") // 40,000 rows, which are several blocks
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
		if row, line := first.Place(); row != n+1 || line != 0 {
			t.Fatalf("row %d stands at %d, %d", n, row, line)
		}
	}
	for range 2 {
		if err = first.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("after the last row: %v", err)
		}
	}
}

// TestSQLiteSnapshot: a second pass does not see what another connection writes after the first one.
func TestSQLiteSnapshot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	writer, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err = writer.Exec("pragma journal_mode = wal; create table t (x); insert into t values (1), (2)"); err != nil {
		t.Fatal(err)
	}
	q := open(t, path, "select x from t")
	if n := count(t, q); n != 2 {
		t.Fatalf("%d rows, want 2", n)
	}
	if err = writer.Exec("insert into t values (3)"); err != nil {
		t.Fatal(err)
	}
	if n := count(t, q); n != 2 {
		t.Errorf("the second pass has %d rows, want 2", n)
	}
	if n := count(t, open(t, path, "select x from t")); n != 3 {
		t.Errorf("another query has %d rows, want 3", n)
	}
}

func TestSQLiteErrors(t *testing.T) {
	folder := t.TempDir()
	put := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	raw, err := os.ReadFile(shop)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ database, query, want string }{
		{shop, "select pric, rooms from sales", `no such column: pric, at character 8 of the query: "pric, rooms from sales"`},
		{shop, "select 'ø', * form sales", `near "form": syntax error, at character 15 of the query: "form sales"`},
		{shop, "select * from sale", "no such table: sale"},
		{shop, "", "the query is empty, want a select"},
		{shop, "-- nothing", "the query is empty, want a select"},
		{shop, "create table x (y)", "the query gives no rows, want a select"},
		{shop, "select * from sales where id = ?", "the query has parameters, want values in their place"},
		{shop, "select 1; drop table sales", `the query is more than one statement, want one select, at character 11 of the query: "drop table sales"`},
		{shop, "select (", `incomplete input`},
		{put("a.csv", "a,b\n1,2\n"), "select 1", "is no database: it does not begin as a file of SQLite does"},
		{put("empty.db", ""), "select 1", "is no database: it does not begin as a file of SQLite does"},
		{put("cut.db", string(raw[:100])), "select * from sales", "database disk image is malformed"},
		{put("damaged.db", string(raw[:1024])+strings.Repeat("\xff", len(raw)-1024)), "select * from sales", "database disk image is malformed"},
	} {
		q, err := sql.Open(context.Background(), c.database, c.query)
		if err == nil { // opening may succeed, if the damage is in a part that is read later
			_, err = readAll(q)
			q.Close()
		}
		var e *sql.Error
		if !errors.As(err, &e) || e.Database != c.database || e.Reason() != c.want {
			t.Errorf("%q: %v, want %s", c.query, err, c.want)
		}
	}
	if _, err := sql.Open(context.Background(), filepath.Join(folder, "absent.db"), "select 1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	_, err = readAll(open(t, shop, `select * from "odd names"`))
	if want := `sql: testdata/shop.db: row 1 has bytes in column "photo", want numbers or text: leave the column out of the query`; err == nil || err.Error() != want {
		t.Errorf("bytes: %v, want %s", err, want)
	}
	_, err = readAll(open(t, shop, "insert into sales (id) values (999) returning id"))
	if want := "sql: testdata/shop.db: attempt to write a readonly database"; err == nil || err.Error() != want {
		t.Errorf("a query that writes: %v, want %s", err, want)
	}
}

// readAll reads a query to its end.
func readAll(q *sql.Query) (n int, err error) {
	pass, err := q.Pass()
	if err != nil {
		return 0, err
	}
	defer pass.Close()
	for err = pass.Next(); err == nil; err = pass.Next() {
		n++
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// TestSQLiteInterrupt: the end of the context ends a query that would never end by itself, and later calls return its error.
func TestSQLiteInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	q, err := sql.Open(ctx, shop, "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n")
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := readAll(q); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was interrupted", err)
	}
	if _, err = q.Pass(); !errors.Is(err, context.Canceled) {
		t.Errorf("another pass: %v, want that it was interrupted", err)
	}
	if err = q.Close(); err != nil {
		t.Error(err)
	}
}

func TestSQLiteTables(t *testing.T) {
	got, err := sql.Tables(context.Background(), shop)
	if want := []string{"cities", `"odd names"`, "sales"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// TestFromTable: a query can be a File, with its columns chosen and its cells passed on exactly.
func TestFromTable(t *testing.T) {
	q := open(t, shop, "select id, city, price, big from sales order by id")
	file, err := data.FromTable(q.Name(), q, data.Options{Columns: []string{"price", "id"}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := file.ReadAll()
	if err != nil || table.Rows() != 200 || table.X.At(10, 0) != 250.75 || table.X.At(10, 1) != 11 {
		t.Fatalf("%v, %v", table, err)
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	w, err := data.CreateRecords(path, file, []string{"half"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	pass, err := file.RecordPass(w)
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	for range 11 {
		if err = pass.Next(); err != nil {
			t.Fatal(err)
		}
		record, err := pass.Record()
		if err == nil {
			err = w.WriteRecord(record, 0.5)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if lines := strings.Split(string(raw), "\n"); err != nil || lines[0] != "id,city,price,big,half" || lines[11] != "11,,250.75,9007199254741003,0.5" {
		t.Errorf("%q, %v", lines, err)
	}
}

func TestName(t *testing.T) {
	for database, want := range map[string]string{
		"shop.db":                                     "shop.db",
		"postgres://ann:secret@host:5432/shop":        "postgres://ann@host:5432/shop",
		"postgresql://ann:se%40cret@host/shop?a=b":    "postgresql://ann@host/shop?a=b",
		"postgres://host/shop?password=secret&x=1":    "postgres://host/shop?x=1",
		"postgres://host/shop?sslPassword=secret":     "postgres://host/shop",
		"postgres://ann:sec/ret@host/shop":            "postgres://…",
		"POSTGRES://ann:secret@host/shop":             "postgres://ann@host/shop",
		"postgres://ann:%zz@host/shop?password=again": "postgres://…",
	} {
		if got := sql.Name(database); got != want {
			t.Errorf("%q is called %q, want %q", database, got, want)
		}
	}
	for path, want := range map[string]bool{shop: true, "testdata/shop.sql": false, "absent": false, ".": false, "postgres://x": true, "postgres": false} {
		if got := sql.IsDatabase(path); got != want {
			t.Errorf("%s is a database: %t, want %t", path, got, want)
		}
	}
}
