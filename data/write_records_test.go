package data_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gaussflow/data"
)

// TestRecordsAlone: records may be written without additional numbers; too many or too few numbers are an error, and so is a
// name that comes twice.
func TestRecordsAlone(t *testing.T) {
	const table = "a,b\n1,x\n2,y\n"
	file, err := data.Open("-", data.Options{Stdin: strings.NewReader(table), Columns: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	_, err = data.CreateRecords(path, file, []string{"p", "q", "p"})
	wantError(t, err, `data: out.csv: would have two columns "p", want each name once`)
	w, err := data.CreateRecords(path, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	readRecords(file, w)
	if err := w.WriteRecord(nil, 1); err == nil || !strings.Contains(err.Error(), "got 1 numbers behind a record, want 0") {
		t.Errorf("a number too many: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != table {
		t.Errorf("got %q, %v, want %q", got, err, table)
	}
}

// TestReplace: a record of which some cells are replaced is read back with the new cells, and all other bytes are unchanged,
// including blanks and quotes.
func TestReplace(t *testing.T) {
	file, err := data.Open("-", data.Options{Stdin: strings.NewReader("a,b,c\n1, \"x, \"\"y\"\"\",\n")})
	if err != nil {
		t.Fatal(err)
	}
	w, err := data.CreateRecords(filepath.Join(t.TempDir(), "out.csv"), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	const record = "1, \"x, \"\"y\"\"\","
	if got := w.Cells([]byte(record)); !slices.Equal(got, []string{"1", `x, "y"`, ""}) {
		t.Errorf("cells %q", got)
	}
	for want, cells := range map[string]map[int]string{
		record: nil, record + "new": {2: "new"}, `"a,b"` + record[1:]: {0: "a,b"}, `1,"""",7`: {1: `"`, 2: "7"},
	} {
		got, err := w.Replace([]byte("+"), []byte(record), cells)
		if err != nil || string(got) != "+"+want {
			t.Errorf("with %v: got %s, %v, want %s", cells, got, err, want)
		}
	}
	if _, err := new(data.RecordWriter).Replace(nil, nil, nil); err == nil {
		t.Error("a zero writer replaces")
	}
}
