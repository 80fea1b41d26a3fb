package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gaussflow/columns"
	"gaussflow/data"
)

// visits is a table with each kind of column: row numbers, a date, a category, whole numbers, an amount that is often zero,
// a sum of two other columns, money, missing cells, a constant and free text.
func visits(rows int) string {
	rng := rand.New(rand.NewPCG(4, 2))
	var t strings.Builder
	t.WriteString("id,day,city,beds,fee,extra,total,price,score,unit,note\n")
	for i := range rows {
		extra, score := 0.0, fmt.Sprintf("%.1f", rng.NormFloat64())
		if rng.Float64() < 0.4 {
			extra = math.Round(100*math.Exp(1+rng.NormFloat64())) / 100
		}
		if rng.Float64() < 0.1 {
			score = "NA"
		}
		fee := math.Round(100*(20+8*rng.NormFloat64())) / 100
		fmt.Fprintf(&t, "%d,2024-%02d-%02d,%s,%d,%.2f,%.2f,%.2f,\"$1,%03d\",%s,kg,visit %d of %s\n", i+1, 1+rng.IntN(12), 1+rng.IntN(28),
			[]string{"Oslo", "Rome", "Lima"}[rng.IntN(3)], 1+rng.IntN(4), fee, extra, fee+extra, rng.IntN(1000), score, rng.IntN(1e6), strings.Repeat("x", rng.IntN(9)))
	}
	return t.String()
}

// TestSampledRowsCouldBe: rows that sample writes can be read by the table's own schema; each cell is a value that its
// column can have, and sums hold.
func TestSampledRowsCouldBe(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("visits.csv", []byte(visits(400)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"fit", "visits.csv", "--epochs", "3", "--workers", "1"},
		{"inspect", "visits.csv", "--schema", "visits.json"},
		{"sample", "visits.gflow", "-n", "500", "-o", "like.csv"},
		{"sample", "visits.gflow", "-n", "500", "-o", "like.parquet"},
	} {
		var said bytes.Buffer
		if code := run(args, &said, &said); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, &said)
		}
	}
	schema, err := readSchema("visits.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]columns.Kind{
		"id": columns.Identifier, "day": columns.Time, "city": columns.Category, "beds": columns.Grid, "total": columns.Derived,
		"unit": columns.Constant, "note": columns.Text, "price": columns.Grid, "extra": columns.Numbers,
	} {
		if c, ok := schema.Column(name); !ok || c.Kind != want && !(want == columns.Text && !c.Modelled()) {
			t.Errorf("%s is %s, want %s", name, c.Kind, want)
		}
	}
	for _, name := range []string{"like.csv", "like.parquet"} {
		missing, zero := couldBe(t, schema, name)
		if math.Abs(missing/500-0.1) > 0.07 || math.Abs(zero/500-0.6) > 0.1 {
			t.Errorf("%s: %.0f of 500 scores are missing, %.0f extras zero, want about 50 and 300", name, missing, zero)
		}
	}
}

// couldBe checks the rows of a table, and returns how many scores are missing and how many extras are 0.
func couldBe(t *testing.T, schema *columns.Schema, name string) (missing, zero float64) {
	t.Helper()
	file, err := data.Open(filepath.Clean(name), data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(file.Names(), ","); got != "day,city,beds,fee,extra,total,price,score,unit" {
		t.Errorf("%s has %s", name, got)
	}
	rows, err := schema.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for err = rows.Next(); err == nil; err = rows.Next() {
		n++
		if rows.Reason()+rows.Broken() != "" {
			t.Errorf("%s: row %d: %s%s", name, n, rows.Reason(), rows.Broken())
		}
		for j, c := range schema.Modelled() {
			v := rows.Values()[j]
			switch {
			case math.IsNaN(v) && c.Name == "score":
				missing++
			case math.IsNaN(v) || c.Round(v) != v && len(c.Levels) == 0:
				t.Errorf("%s: row %d: %s = %v, which it cannot have", name, n, c.Name, v)
			case c.Name == "extra" && v == 0:
				zero++
			}
		}
	}
	if !errors.Is(err, io.EOF) || n != 500 {
		t.Errorf("%s: %d rows, want 500: %v", name, n, err)
	}
	return missing, zero
}

// TestDrawsStayWithinTheTable: for columns with heavy tails, cells that sample and impute write lie between the least and
// the greatest value of the table; sample --raw also draws beyond, as the density does.
func TestDrawsStayWithinTheTable(t *testing.T) {
	t.Chdir(t.TempDir())
	rng := rand.New(rand.NewPCG(8, 1))
	text, open := []byte("a,b,c\n"), []byte("a,b,c\n")
	least, greatest := math.Inf(1), math.Inf(-1)
	for i := range 600 {
		v := math.Tan(math.Pi * (rng.Float64() - 0.5)) // a Cauchy distribution
		least, greatest = min(least, v), max(greatest, v)
		text = fmt.Appendf(text, "%v,%v,%s\n", v, v+rng.NormFloat64(), []string{"x", "y"}[i%2])
		open = fmt.Appendf(open, ",,%s\n", []string{"x", "y"}[i%2])
	}
	for name, content := range map[string][]byte{"t.csv": text, "open.csv": open} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"fit", "t.csv", "-o", "m.gflow", "--epochs", "2", "--workers", "1"},
		{"sample", "m.gflow", "-n", "5000", "-o", "like.csv"},
		{"sample", "m.gflow", "-n", "20000", "--raw", "-o", "raw.csv"},
		{"impute", "m.gflow", "open.csv", "--draws", "9", "-o", "filled.csv"},
	} {
		var said bytes.Buffer
		if code := run(args, &said, &said); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, &said)
		}
	}
	for name, inside := range map[string]bool{"like.csv": true, "filled.csv": true, "raw.csv": false} {
		file, err := data.Open(name, data.Options{Columns: []string{"a"}})
		if err != nil {
			t.Fatal(err)
		}
		table, err := file.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		beyond := 0
		for i := range table.Rows() {
			if v := table.X.At(i, 0); v < least || v > greatest {
				beyond++
			}
		}
		if (beyond == 0) != inside {
			t.Errorf("%s: %d of %d values of a beyond %v to %v", name, beyond, table.Rows(), least, greatest)
		}
	}
}
