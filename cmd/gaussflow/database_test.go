//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"gaussflow/internal/postgrestest"
)

// TestPostgres reads from a real server: a table, a table that does not exist, and a query that is interrupted.
func TestPostgres(t *testing.T) {
	address := postgrestest.Start(t)
	server, err := pgconn.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close(context.Background())
	ask := func(statements string) string {
		results, err := server.Exec(context.Background(), statements).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if rows := results[len(results)-1].Rows; len(rows) > 0 {
			return string(rows[0][0])
		}
		return ""
	}
	ask(`create table sales as select i as id, 9007199254740992 + i as big, (100 + i * 37 % 101 * 0.25)::numeric(8, 2) as price,
		case when i % 3 = 0 then 'Oslo' else 'Bergen' end as city, date '2024-01-01' + i * 13 % 300 as sold from generate_series(1, 200) i`)
	folder := workFolder(t)
	const rows = "select * from sales order by id"
	fit := append([]string{"fit", address, "--sql", rows, "--except", "id,big"}, small...)
	for _, args := range [][]string{fit, {"score", "postgres.gflow", address, "--sql", rows, "-o", "s.csv"}} {
		if code, stderr := exitCode(t, exec.Command("gaussflow", args...), folder); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, stderr)
		}
	}
	scored := strings.Split(string(read(t, filepath.Join(folder, "s.csv"))), "\n")
	if len(scored) != 202 || scored[0] != "id,big,price,city,sold,log_prob,tail_probability,reason" || !strings.HasPrefix(scored[3], "3,9007199254740995,102.50,Oslo,2024-02-09,-") {
		t.Errorf("%d lines: %q", len(scored), scored[:4])
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"inspect", address}, exitUsage, " is a database; tables in it: sales; use --sql 'select * from sales'\n"},
		{[]string{"inspect", address, "--sql", "select pric from sales"}, exitError, `column "pric" does not exist (Perhaps you meant to reference the column "sales.price"), at character 8 of the query: "pric from sales"`},
		{[]string{"fit", address, "--sql", "select 1 where false"}, exitError, "the query of --sql gives no rows"},
	} {
		code, stderr := exitCode(t, exec.Command("gaussflow", c.args...), folder)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit code %d: %s, want %d: %s", c.args, code, stderr, c.code, c.want)
		}
		if faults := checkMessage(c.args, stderr); faults != nil {
			t.Errorf("%q: %v: %s", c.args, faults, stderr)
		}
	}
	interruptPostgres(t, address, folder, ask)
}

// interruptPostgres interrupts a query that would run for an hour: the tool ends, and so does the query in the server.
func interruptPostgres(t *testing.T, address, folder string, ask func(string) string) {
	running := func(want string) {
		for got := ""; got != want; {
			got = ask("select count(*) from pg_stat_activity where query like 'fetch%' and state = 'active'")
		}
	}
	var stderr bytes.Buffer
	c := exec.Command("gaussflow", "inspect", address, "--sql", "select pg_sleep(3600)")
	c.Dir, c.Stderr = folder, &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	running("1")
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the caller checks the exit code
	if code := c.ProcessState.ExitCode(); code != exitInterrupted || stderr.String() != "gaussflow: interrupted\n" {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	running("0")
}

// TestUntoldPassword: the advice on how to write the report later contains the query, but no password.
func TestUntoldPassword(t *testing.T) {
	flags := tableFlags{query: "select a from b"}
	got := flags.argument("postgres://ann:secret@host/shop?password=again")
	if want := "postgres://ann@host/shop --sql 'select a from b'"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
