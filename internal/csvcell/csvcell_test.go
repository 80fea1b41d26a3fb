package csvcell_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"gaussflow/internal/csvcell"
)

// TestCells: encoding/csv reads each cell as it was before it was written, and only cells that need quotes have them.
func TestCells(t *testing.T) {
	for cell, want := range map[string]string{"": "", "a b": "a b", "1,5": `"1,5"`, `say "x"`: `"say ""x"""`, "two\nlines": "\"two\nlines\"", "\"": `""""`, "a;b": "a;b"} {
		got := string(csvcell.Append(nil, []byte(cell), ','))
		if got != want {
			t.Errorf("%q is written as %s, want %s", cell, got, want)
		}
		for _, text := range []string{got, string(csvcell.AppendQuoted(nil, []byte(cell)))} {
			record, err := csv.NewReader(strings.NewReader("x," + text + "\n")).Read()
			if err != nil || len(record) != 2 || record[1] != cell {
				t.Errorf("%q, written as %s, is read as %q (%v)", cell, text, record, err)
			}
		}
	}
	if got := string(csvcell.Append(nil, []byte("a;b"), ';')); got != `"a;b"` {
		t.Errorf("with semicolons between cells: %s", got)
	}
}
