package data_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gaussflow/data"
)

// TestRecordsAlone: records may be passed on with nothing behind them; a number too many or too few is an error, and so is a name
// that comes twice.
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
