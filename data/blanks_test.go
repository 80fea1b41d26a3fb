package data_test

import (
	"slices"
	"strings"
	"testing"

	"gaussflow/data"
)

// TestBlanks: tables whose columns are separated by blanks, as scientific programs and R print them, are read; tables with
// blanks inside of cells are not split there.
func TestBlanks(t *testing.T) {
	for _, c := range []struct {
		name, text string
		columns    []string
		last       []string // cells of the last row
	}{
		{"Fortran", "   1.0   2.50  3\n  -1.0  10.25  4\n", []string{"x1", "x2", "x3"}, []string{"-1.0", "10.25", "4"}},
		{"names", "a b  c\n1 2 3\r\n4 5 x\n", []string{"a", "b", "c"}, []string{"4", "5", "x"}},
		{"quoted, behind a tab", "18.0   8   307.0\t\"chevrolet malibu\"\n15.0   8   ?\t\"buick skylark 320\"\n", []string{"x1", "x2", "x3", "x4"}, []string{"15.0", "8", "?", "buick skylark 320"}},
		{"R", "\"a\" \"b\"\n\"1\" 0.5 \"x y\"\n\"2\" 1.5 \"z\"\n", []string{"x1", "a", "b"}, []string{"2", "1.5", "z"}},
		{"NumPy", "# a b\n0.5 1\n1.5 2", []string{"a", "b"}, []string{"1.5", "2"}},
		{"a tab", "x\twhere\n1\tNew York\n2\tSan Jose\n", []string{"x", "where"}, []string{"2", "San Jose"}},
		{"times", "when,x\n2020-01-01 10:00,1\n2020-01-02 10:00,2\n", []string{"when", "x"}, []string{"2020-01-02 10:00", "2"}},
		{"units", "my weight\n81 kg\n82 kg\n", []string{"my weight"}, []string{"82 kg"}},
		{"words", "first last\nJohn Smith\nMary Jones\n", []string{"first last"}, []string{"Mary Jones"}},
		{"semicolons", "a b;c d\n1 2;3 4\n", []string{"a b", "c d"}, []string{"1 2", "3 4"}},
	} {
		f := open(t, write(t, "t.txt", []byte(c.text)), data.Options{})
		if !slices.Equal(f.Names(), c.columns) {
			t.Errorf("%s: columns %q, want %q", c.name, f.Names(), c.columns)
			continue
		}
		pass, err := f.Pass()
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Count(strings.TrimSpace(c.text), "\n")
		if strings.HasPrefix(c.columns[0], "x1") && c.name != "R" {
			rows++ // the first line is a row: the table has no names
		}
		for range rows {
			if err := pass.Next(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		for j, want := range c.last {
			if got := string(pass.Text(j)); got != want {
				t.Errorf("%s: column %d is %q, want %q", c.name, j, got, want)
			}
		}
	}
}
