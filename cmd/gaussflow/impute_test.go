package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// runAll runs commands that must succeed, and returns what the last one wrote to standard error.
func runAll(t *testing.T, commands ...[]string) string {
	t.Helper()
	var said bytes.Buffer
	for _, args := range commands {
		said.Reset()
		if code := run(args, &bytes.Buffer{}, &said); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, &said)
		}
	}
	return said.String()
}

// cellsOf returns the cells of a table; the first row has the names.
func cellsOf(t *testing.T, name string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// putCells writes a table from its cells.
func putCells(t *testing.T, name string, cells [][]string) {
	t.Helper()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.WriteAll(cells); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// hidden are sets of columns of the table visits, each of which is hidden in every fifth row.
var hidden = []struct {
	columns string
	known   bool // the others determine it exactly: fee = total − extra
	filled  bool // false: left empty, because the known total does not say how its parts share it
}{
	{"fee", true, true}, {"total,unit", true, true}, {"fee,extra", false, false}, {"total,extra,city", false, true}, {"day,price,beds", false, true},
}

// TestImputedRowsCouldBe: cells that impute fills in are spelled as in the table, sums hold, and cells that a sum determines
// are exact.
func TestImputedRowsCouldBe(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("visits.csv", []byte(visits(400)), 0o644); err != nil {
		t.Fatal(err)
	}
	whole := cellsOf(t, "visits.csv")
	holes := cellsOf(t, "visits.csv")
	for i, row := range holes[1:] {
		for name := range strings.SplitSeq(hidden[i%5].columns, ",") {
			row[slices.Index(whole[0], name)] = ""
		}
	}
	putCells(t, "holes.csv", holes)
	said := runAll(t, []string{"fit", "visits.csv", "--epochs", "3", "--workers", "1"}, []string{"inspect", "visits.csv", "--schema", "visits.json"},
		[]string{"impute", "visits.gflow", "holes.csv", "-o", "filled.csv"})
	if want := "left as they came: 80;"; !strings.Contains(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	schema, err := readSchema("visits.json")
	if err != nil {
		t.Fatal(err)
	}
	differ := 0
	for i, row := range cellsOf(t, "filled.csv")[1:] {
		h := hidden[i%5]
		for j, name := range whole[0] {
			column, _ := schema.Column(name)
			was, hides := whole[i+1][j], slices.Contains(strings.Split(h.columns, ","), name)
			value, err := column.Parse(row[j])
			switch {
			case was == "NA" && (err != nil || value != value):
				t.Errorf("row %d: %s is %q, want a number for what was missing", i+1, name, row[j])
			case was == "NA":
			case !hides && row[j] != was, hides && h.known && row[j] != was, hides && !h.filled && row[j] != "":
				t.Errorf("row %d: %s is %q, was %q", i+1, name, row[j], was)
			case hides && h.filled && (err != nil || value != value || string(column.Append(nil, value)) != row[j]):
				t.Errorf("row %d: %s is %q, want a cell as the column has them: %v", i+1, name, row[j], err)
			case row[j] != was:
				differ++
			}
		}
		if h.filled && cents(t, row[6]) != cents(t, row[4])+cents(t, row[5]) {
			t.Errorf("row %d: %s is not %s + %s", i+1, row[6], row[4], row[5])
		}
	}
	if differ < 200 { // of the 480 cells that are drawn or left empty
		t.Errorf("%d cells are drawn as they were, or nearly all: nothing is drawn", differ)
	}
}

// cents is an amount of money, in cents.
func cents(t *testing.T, cell string) int {
	t.Helper()
	v, err := strconv.Atoi(strings.Replace(cell, ".", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPredictReadsOthers: a prediction does not depend on the predicted column's own cells, and predictions are spelled like
// these cells and ordered.
func TestPredictReadsOthers(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("visits.csv", []byte(visits(300)), 0o644); err != nil {
		t.Fatal(err)
	}
	runAll(t, []string{"fit", "visits.csv", "--epochs", "3", "--workers", "1"}, []string{"inspect", "visits.csv", "--schema", "visits.json"})
	schema, err := readSchema("visits.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"day", "price", "beds", "extra", "city"} {
		without := cellsOf(t, "visits.csv")
		at := slices.Index(without[0], name)
		for i := range without {
			without[i] = slices.Delete(without[i], at, at+1)
		}
		putCells(t, "without.csv", without)
		runAll(t, []string{"predict", "visits.gflow", "visits.csv", name, "-o", "a.csv"}, []string{"predict", "visits.gflow", "without.csv", name, "-o", "b.csv"})
		a, b := cellsOf(t, "a.csv"), cellsOf(t, "b.csv")
		column, _ := schema.Column(name)
		for i := range a {
			told := a[i][len(without[0])+1:]
			if !slices.Equal(told, b[i][len(without[0]):]) {
				t.Fatalf("row %d: %q with %s, %q without", i, told, name, b[i][len(without[0]):])
			}
			if i == 0 {
				continue
			}
			var values []float64
			for _, cell := range told[:3] {
				value, err := column.Parse(cell)
				if name == "city" {
					value, err = strconv.ParseFloat(cell, 64)
				}
				if err != nil {
					t.Fatalf("row %d: %s: %v", i, name, err)
				}
				values = append(values, value)
			}
			if sum := values[0] + values[1] + values[2]; name == "city" && !(sum > 1-1e-12 && sum < 1+1e-12) || name != "city" && !slices.IsSorted(values) {
				t.Errorf("row %d: %s: %q are no probabilities, or no quantiles", i, name, told)
			}
		}
	}
}
