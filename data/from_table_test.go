package data_test

import (
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gaussflow/columns"
	"gaussflow/data"
)

// listed is a table of cells in memory. A row of a single cell stands for a broken row, with the cell as its error. Cells of
// the first column are stored as numbers.
type listed struct {
	names []string
	rows  [][]string
}

func (l listed) Names() []string { return l.names }

func (l listed) Pass() (columns.Pass, error) { return &listedPass{listed: l}, nil }

type listedPass struct {
	listed
	row int
}

func (p *listedPass) Next() error {
	if p.row++; p.row > len(p.rows) {
		return io.EOF
	}
	return nil
}

func (p *listedPass) present() []string { return p.rows[p.row-1] }

func (p *listedPass) Fault() string {
	if len(p.present()) == 1 {
		return p.present()[0]
	}
	return ""
}

func (p *listedPass) Number(j int) (float64, bool) {
	if j > 0 || p.present()[j] == "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(p.present()[j], 64)
	return v, err == nil
}

func (p *listedPass) Text(j int) []byte { return []byte(p.present()[j]) }

func (p *listedPass) Place() (row, line int) { return p.row, 0 }

func (p *listedPass) Close() error { return nil }

// passedTo writes all rows of a file, each with one more number, and reads the text that was written.
func passedTo(t *testing.T, file *data.File, name string) ([]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	w, err := data.CreateRecords(path, file, []string{"more"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	pass, err := file.RecordPass(w)
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	for err = pass.Next(); err == nil; err = pass.Next() {
		record, err := pass.Record()
		if err != nil {
			return nil, err
		}
		if err = w.WriteRecord(record, 0.5); err != nil {
			return nil, err
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err = w.Close(); err != nil {
		return nil, err
	}
	return cellsOf(t, path), nil
}

// cellsOf returns the rows of a file, their cells separated by |.
func cellsOf(t *testing.T, path string) (rows []string) {
	t.Helper()
	file, err := data.Open(path, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pass, err := file.Pass()
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	for err = pass.Next(); err == nil; err = pass.Next() {
		var cells []string
		for j := range file.Names() {
			cells = append(cells, string(pass.Text(j)))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return rows
}

// TestFromTable: any table of cells can be a File; its rows are passed on exactly, and a broken row is an error at its place.
func TestFromTable(t *testing.T) {
	table := listed{[]string{"n", "text"}, [][]string{{"1.50", `a,"b"`}, {"cut short"}, {"", "c"}, {"-2", ""}}}
	file, err := data.FromTable("list", table, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := passedTo(t, file.AsText(), "out.csv")
	if want := []string{`1.50|a,"b"|0.5`, "||0.5", "|c|0.5", "-2||0.5"}; err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("CSV: %q, %v, want %q", got, err, want)
	}
	numbers, err := file.Select("n")
	if err != nil {
		t.Fatal(err)
	}
	got, err = passedTo(t, numbers, "out.parquet")
	if want := []string{`1.5|a,"b"|0.5`, "||0.5", "|c|0.5", "-2||0.5"}; err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("Parquet: %q, %v, want %q", got, err, want)
	}
	if _, err = numbers.ReadAll(); err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("a row that is none: %v, want that it is cut short", err)
	}
	table.rows = [][]string{{"9007199254740993", "x"}}
	if file, err = data.FromTable("list", table, data.Options{Columns: []string{"n"}}); err != nil {
		t.Fatal(err)
	}
	_, err = passedTo(t, file, "out.parquet")
	if want := `data: list: column "n": "9007199254740993" in row 1 has more digits than a number of 64 bits: CSV passes it on as it is`; err == nil || err.Error() != want {
		t.Errorf("too many digits: %v, want %s", err, want)
	}
	for name, none := range map[string]columns.Table{"nil": nil, "no columns": listed{}} {
		if _, err = data.FromTable("list", none, data.Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var absent *data.ColumnError
	if _, err = data.FromTable("list", table, data.Options{Except: []string{"m"}}); !errors.As(err, &absent) || absent.File != "list" {
		t.Errorf("a column that is not there: %v", err)
	}
}
