package data_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gaussflow/columns"
	"gaussflow/data"
)

// FuzzTable: any text given as a table is read without a panic; what is found out about it is supported by its rows, and the
// cells of each column agree with the kind that it is said to have.
func FuzzTable(f *testing.F) {
	for _, c := range readings {
		f.Add([]byte(c.text))
	}
	for _, text := range []string{
		"sep=;\na;b\n1,5;2\n2,5;3\n3,5;1\n", "Sales of 2024\n\nday,sum\n2024-01-01,\"$1,234.50\"\n2024-01-02,($500.00)\n",
		"  1.0  2.5 3\n  2.0 -3.5 4\n 10.0  4.5 5\n", "name x\n\"a b\" 1\n\"c d\" 2\n\"a b\" 3\n", "a\tb\n1\t31%\n2\t5%\n3\t7%\n",
		"a,b\r1,x\r2,y\r3,x\r", "gr\xf6\xdfe,b\n1,2\n3,4\n", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00",
		"t,n\n6:05,12 kg\n23:59,81 kg\n0:00,7 kg\n24:01,8 kg\n", "{\"a\": 1}\n{\"a\": 2}\n", "a,b\n1,\"x\ny\"\n2,z\n3\n4,w,5\n",
		"a,total,b\n1,3,2\n2,5,3\n4,9,5\n5,7,2\n", "a,b\nNA,yes\n1e300,no\n\\N,yes\n-0.0,no\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content)}); err == nil {
			profiled(t, file)
		}
	})
}

// FuzzParquet is FuzzTable for Parquet files of varied layout, with lists and with delta encodings.
func FuzzParquet(f *testing.F) {
	for _, name := range []string{"typed.parquet", "deltas.parquet", "nested.parquet"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content), Format: data.Parquet}); err == nil {
			profiled(t, file)
		}
	})
}

// profiled finds the kinds of the columns, and reads the table again as of these kinds.
func profiled(t *testing.T, file *data.File) {
	t.Helper()
	schema, err := columns.Profile(context.Background(), file, columns.Options{})
	if err != nil {
		return
	}
	if len(schema.Columns) != len(file.Names()) {
		t.Fatalf("%d columns are said to be %d", len(file.Names()), len(schema.Columns))
	}
	pass, err := file.Pass()
	if err != nil {
		t.Fatalf("it was read, and now: %v", err)
	}
	defer pass.Close()
	rows := 0
	for err = pass.Next(); err == nil; err = pass.Next() {
		if pass.Fault() != "" {
			continue
		}
		rows++
		for j := range schema.Columns {
			if c := &schema.Columns[j]; c.Modelled() {
				backAndForth(t, c, pass, j)
			}
		}
	}
	if !errors.Is(err, io.EOF) || rows != schema.Rows {
		t.Fatalf("%d rows and %v after a profile of %d", rows, err, schema.Rows)
	}
}

// backAndForth writes a value as its column would and reads it again: the value must lie on the column's grid, between its bounds.
func backAndForth(t *testing.T, c *columns.Column, pass columns.Pass, j int) {
	t.Helper()
	v, stored := pass.Number(j)
	if !stored {
		var err error
		if v, err = c.Parse(string(pass.Text(j))); err != nil {
			return // a bad cell, which the profile has counted as such
		}
	}
	if v != v || stored && len(c.Levels) > 0 {
		return
	}
	text := c.Append(nil, v)
	again, err := c.Parse(string(text))
	if err != nil || math.Abs(again-v) > 1e-9*math.Abs(v)+1e-4*c.Step {
		t.Fatalf("column %+v: %q is %v, written as %q, read as %v (%v)", c, pass.Text(j), v, text, again, err)
	}
}
