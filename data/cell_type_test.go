package data_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gaussflow/data"
)

// Cells of each type are read from Parquet as they were written, before 1970, to the digit of a second, and where they are missing.
func TestCellTypes(t *testing.T) {
	columns := []data.CellColumn{
		{Name: "x", Type: data.NumberCells}, {Name: "n", Type: data.WholeCells}, {Name: "b", Type: data.BooleanCells}, {Name: "d", Type: data.DateCells},
		{Name: "c", Type: data.ClockCells}, {Name: "m", Type: data.MomentCells, Digits: 6, UTC: true}, {Name: "f", Type: data.MomentCells, Digits: 9}, {Name: "t", Type: data.TextCells},
	}
	missing := math.NaN()
	rows := [][]float64{
		{1.5, -7, 1, -86400, 3661.5, -0.25, 1.5, missing},
		{missing, missing, missing, missing, missing, missing, missing, missing},
	}
	want := []string{
		"1.5|-7|true|1969-12-31|01:01:01.500|1969-12-31T23:59:59.750000Z|1970-01-01T00:00:01.500000000|word",
		"|||||||",
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	w, err := data.CreateCells(path, columns)
	if err != nil {
		t.Fatal(err)
	}
	for i, values := range rows {
		cells := make([]string, len(columns))
		if i == 0 {
			cells[len(cells)-1] = "word"
		}
		if err = w.Write(cells, values); err != nil {
			t.Fatal(err)
		}
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := cellsOf(t, path); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A value that has no place in its column's type is an error that names the column, and a column that is none is refused.
func TestCellTypeErrors(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		kind  data.CellType
		value float64
	}{{data.WholeCells, 1.5}, {data.WholeCells, 1e17}, {data.BooleanCells, 2}, {data.ClockCells, 86400}, {data.ClockCells, -1}, {data.MomentCells, 1e18}, {data.DateCells, 1e300}} {
		w, err := data.CreateCells(filepath.Join(folder, "t.parquet"), []data.CellColumn{{Name: "col", Type: c.kind}})
		if err != nil {
			t.Fatal(err)
		}
		if err = w.Write([]string{"cell"}, []float64{c.value}); err == nil || !strings.Contains(err.Error(), `column "col": "cell" does not fit into a column of `+string(c.kind)) {
			t.Errorf("%s %v: got %v", c.kind, c.value, err)
		}
		w.Discard()
	}
	_, err := data.CreateCells(filepath.Join(folder, "t.csv"), []data.CellColumn{{Name: "col", Type: "color"}})
	wantError(t, err, `data: CellColumn "col": Type = "color", want one of ["number" "whole number" "boolean" "date" "time of day" "date and time" "text"]`)
}
