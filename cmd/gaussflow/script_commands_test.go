package main

import (
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/rogpeppe/go-internal/testscript"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// exits CODE COMMAND ARGS… checks the exit code of a command.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// near TABLE TABLE TOLERANCE checks that two tables have equally many columns and rows, and numbers that differ by at most
// the tolerance.
func near(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: near TABLE TABLE TOLERANCE")
	}
	tolerance, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	a, b := readTable(ts, args[0]), readTable(ts, args[1])
	var difference mat.Dense
	if a.Rows() != b.Rows() || a.Dim() != b.Dim() {
		ts.Fatalf("%d×%d, want %d×%d", a.Rows(), a.Dim(), b.Rows(), b.Dim())
	}
	difference.Sub(a.X, b.X)
	worst := math.Max(mat.Max(&difference), -mat.Min(&difference))
	if (worst <= tolerance) == neg {
		ts.Fatalf("the greatest difference is %g, the tolerance %g", worst, tolerance)
	}
}

// hasRows implements rows TABLE N COLUMN…, which checks that the table has N rows of these columns.
func hasRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: rows TABLE N COLUMN…")
	}
	file, err := data.Open(ts.MkAbs(args[0]), data.Options{})
	ts.Check(err)
	if names := file.Names(); !slices.Equal(names, args[2:]) {
		ts.Fatalf("columns %q, want %q", names, args[2:])
	}
	pass, err := file.Pass()
	ts.Check(err)
	defer pass.Close()
	n := 0
	for err = pass.Next(); err == nil; err = pass.Next() {
		n++
	}
	if !errors.Is(err, io.EOF) || strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d rows, want %s: %v", n, args[1], err)
	}
}

// hasTypes implements types FILE TYPE…, which checks the types of a Parquet file's columns.
func hasTypes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: types FILE TYPE…")
	}
	raw := ts.ReadFile(args[0])
	file, err := parquet.OpenFile(strings.NewReader(raw), int64(len(raw)))
	ts.Check(err)
	var types []string
	for _, field := range file.Schema().Fields() {
		types = append(types, field.Type().String())
	}
	if !slices.Equal(types, args[1:]) {
		ts.Fatalf("types %q, want %q", types, args[1:])
	}
}

// cut FILE N COPY copies the first N bytes of the file, or for a negative N all but the last −N bytes.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: cut FILE N COPY")
	}
	raw := []byte(ts.ReadFile(args[0]))
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n < 0 {
		n += len(raw)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), raw[:n], 0o666))
}

func readTable(ts *testscript.TestScript, path string) *data.Table {
	file, err := data.Open(ts.MkAbs(path), data.Options{})
	ts.Check(err)
	t, err := file.ReadAll()
	ts.Check(err)
	return t
}
