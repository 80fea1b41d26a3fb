package data_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// readings are spellings of one and the same table.
var readings = map[string]struct {
	name, text string
	options    data.Options
}{
	"comma":              {"t.csv", "a,b\n1,2\n3,4\n", data.Options{}},
	"no last line end":   {"t.csv", "a,b\n1,2\n3,4", data.Options{}},
	"CRLF":               {"t.csv", "a,b\r\n1,2\r\n3,4\r\n", data.Options{}},
	"byte order mark":    {"t.csv", "\ufeffa,b\n1,2\n3,4\n", data.Options{}},
	"spaces":             {"t.csv", "a, b\n 1 , 2\n3 ,4 \n", data.Options{}},
	"quotes":             {"t.csv", "\"a\",\"b\"\n\"1\",\"2\"\n3, \"4\"\n", data.Options{}},
	"empty lines":        {"t.csv", "\n\na,b\n\n1,2\n\n3,4\n\n\n", data.Options{}},
	"tab by name":        {"t.tsv", "a\tb\n1\t2\n3\t4\n", data.Options{}},
	"tab by first line":  {"t.txt", "a\tb\n1\t2\n3\t4\n", data.Options{}},
	"semicolon":          {"t.csv", "a;b\n1;2\n3;4\n", data.Options{}},
	"delimiter given":    {"t.csv", "a:b\n1:2\n3:4\n", data.Options{Delimiter: ':'}},
	"chosen":             {"t.csv", "b,skip,a\n2,x,1\n4,y,3\n", data.Options{Columns: []string{"a", "b"}}},
	"except":             {"t.csv", "a,skip,b\n1,x,2\n3,y,4\n", data.Options{Except: []string{"skip"}}},
	"quoted line breaks": {"t.csv", "a,\"sk\nip\",b\n1,\"x\n\ny\",2\n3,\"\"\"\",4\n", data.Options{Except: []string{"sk\nip"}}},
	"surplus blanks":     {"t.csv", "a,b\n1,2,,\n3,4,\" \"\n", data.Options{}},
	"nameless at end":    {"t.csv", "a,b,,\n1,2\n3,4,\n", data.Options{Columns: []string{"a", "b"}}},
	"comments":           {"t.csv", "# made by hand, in May\n#\na,b\n1,2\n# half of it\n3,4\n# source: a hand\n", data.Options{}},
	"drop missing":       {"t.csv", "a,b\n1,2\nNA,7\n3,4\n5,\n", data.Options{DropMissing: true}},
}

func TestCSVReadings(t *testing.T) {
	want := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	for name, c := range readings {
		t.Run(name, func(t *testing.T) {
			for suffix, pack := range map[string]func(testing.TB, []byte) []byte{"": nil, ".gz": gzipped, ".zst": zstded} {
				content := []byte(c.text)
				if pack != nil {
					content = pack(t, content)
				}
				for _, file := range []string{c.name + suffix, c.name} { // the format is recognized by the name and the first bytes, or by the first bytes alone
					table := readAll(t, write(t, file, content), c.options)
					if !mat.Equal(table.X, want) || fmt.Sprint(table.Names) != "[a b]" {
						t.Errorf("%s: %v %v", file, table.Names, mat.Formatted(table.X))
					}
				}
			}
		})
	}
}

func TestCSVWithoutHeader(t *testing.T) {
	path := write(t, "t.csv", []byte("1,2\n3,4\n"))
	table := readAll(t, path, data.Options{Header: data.HeaderNone})
	if !mat.Equal(table.X, mat.NewDense(2, 2, []float64{1, 2, 3, 4})) || fmt.Sprint(table.Names) != "[x1 x2]" {
		t.Errorf("%v %v", table.Names, mat.Formatted(table.X))
	}
	table = readAll(t, path, data.Options{Header: data.HeaderFirst})
	if table.Rows() != 1 || fmt.Sprint(table.Names) != "[1 2]" {
		t.Errorf("%v %v", table.Names, mat.Formatted(table.X))
	}
}

// TestHeader: whether the first line holds names is decided by the rows below, and reported.
func TestHeader(t *testing.T) {
	for name, c := range map[string]struct{ text, names, why string }{
		"words above numbers":       {"a,b\n1,2\n", "[a b]", "words above numbers"},
		"numbers alone":             {"1,2\n3,4\n5,6\n", "[x1 x2]", "numbers above numbers"},
		"a header of numbers":       {"0,1\n0.5,2.5\n3.5,4.25\n", "[0 1]", "numbers in order"},
		"an index without name":     {",0,1\n0,0.5,0.25\n1,3.5,4.25\n", "[x1 0 1]", "numbers in order"},
		"years":                     {"country,1990,1991\nNorway,4.2,4.25\nChad,5.5,6\n", "[country 1990 1991]", "numbers in order"},
		"years of words":            {"n,country,1999,2000\n1,Chad,745,2666\n2,Peru,37737,80488\n", "[n country 1999 2000]", "numbers in order"},
		"years with gaps":           {"n,1850,1860,1900\n1,0.5,0.25,0\n2,3.5,4.25,1\n", "[n 1850 1860 1900]", "numbers in order"},
		"a row of years":            {"n,1999,2000\n1,1998,2001\n2,1990,2003\n", "[x1 x2 x3]", "numbers above numbers"},
		"a row of both":             {"39,State-gov,77516\n50,Private,83311\n38,Private,215646\n", "[x1 x2 x3]", "numbers above numbers"},
		"words alone":               {"kind,colour\ncat,red\ndog,red\n", "[kind colour]", "words of its own"},
		"words that come again":     {"cat,red\ndog,red\ncat,blue\n", "[x1 x2]", "come again"},
		"row names":                 {"a,b\nx,1,2\ny,3,4\nz,5,6\n", "[x1 a b]", "words above numbers"},
		"no row names":              {"a,b\n1,2,\n3,4,\n5,6,\n", "[a b]", "words above numbers"},
		"names in a comment":        {"# made by hand\n#a,b\n1,2\n3,4\n", "[#a b]", "words above numbers"},
		"names in a comment, alone": {"#a,b\n1,2\n3,4\n", "[#a b]", "words above numbers"},
		"a missing first number":    {"a,b,c\nNA,2,x\n1,2,y\n", "[a b c]", "words above numbers"},
	} {
		f := open(t, write(t, "t.csv", []byte(c.text)), data.Options{})
		if got := fmt.Sprint(f.Names()); got != c.names || !strings.Contains(fmt.Sprint(f.Notes()), c.why) {
			t.Errorf("%s: names %s, notes %q; want %s, %q", name, got, f.Notes(), c.names, c.why)
		}
	}
}

// TestEncodings: a text in Latin-1, Windows-1252 or UTF-16, or with lines that end in CR, is read like the same text in
// UTF-8, and the conversion is reported.
func TestEncodings(t *testing.T) {
	for name, c := range map[string]struct{ text, note string }{
		"UTF-8":         {"größe,b\n1,2\n3,4\n", ""},
		"Latin-1":       {"gr\xf6\xdfe,b\n1,2\n3,4\n", "Windows-1252"},
		"UTF-16 little": {"\xff\xfeg\x00r\x00\xf6\x00\xdf\x00e\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x003\x00,\x004\x00\n\x00", "UTF-16"},
		"UTF-16 big":    {"\xfe\xff\x00g\x00r\x00\xf6\x00\xdf\x00e\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x003\x00,\x004\x00\n", "UTF-16"},
		"CR":            {"größe,b\r1,2\r3,4\r", "CR alone"},
	} {
		f := open(t, write(t, "t.csv", []byte(c.text)), data.Options{})
		table, err := f.ReadAll()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if fmt.Sprint(table.Names) != "[größe b]" || !mat.Equal(table.X, mat.NewDense(2, 2, []float64{1, 2, 3, 4})) {
			t.Errorf("%s: %q %v", name, table.Names, mat.Formatted(table.X))
		}
		if notes := fmt.Sprint(f.Notes()); !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q, want %q", name, notes, c.note)
		}
	}
	late := "a,note\n" + strings.Repeat("1,plain\n", 40_000) + "2,caf\xe9\n"
	f := open(t, write(t, "t.csv", []byte(late)), data.Options{Columns: []string{"a"}})
	path := passedOn(t, f, "out.csv")
	if got := contentOf(t, path); !strings.HasSuffix(got, "2,café,0.5\n") || len(f.Notes()) != 2 {
		t.Errorf("a late é: %q, notes %q", got[len(got)-20:], f.Notes())
	}
}

// TestOneColumn: an empty line in a file of one column is a missing cell, not a line to skip.
func TestOneColumn(t *testing.T) {
	path := write(t, "t.csv", []byte("a\n1\n\n\n2\n\n"))
	_, err := open(t, path, data.Options{}).ReadAll()
	wantError(t, err, `data: t.csv: cells that are missing or not finite numbers, in 4 rows: column "a" has 2, the first in row 2 (line 3): "" (such rows can be left out: drop missing)`)
	table := readAll(t, path, data.Options{DropMissing: true})
	if table.Rows() != 2 || table.Dropped != 2 {
		t.Errorf("%d rows, %d dropped, want 2 and 2", table.Rows(), table.Dropped)
	}
}

func TestCSVErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		options data.Options
		want    string
	}{
		"empty":         {"", data.Options{}, "data: t.csv: is empty"},
		"only empty":    {"\n\n", data.Options{}, "data: t.csv: is empty"},
		"no rows":       {"a,b\n", data.Options{}, "data: t.csv: no row, want at least one"},
		"short row":     {"a,b\n1,2\n3\n", data.Options{}, "data: t.csv: line 3: has 1 cell, want 2 as the first record"},
		"long row":      {"a,b\n1,2,3\n", data.Options{}, "data: t.csv: line 2: has 3 cells, want 2 as the first record; beyond these are \"3\""},
		"bare quote":    {"a,b\n1,x\"y\n", data.Options{}, `data: t.csv: line 2: a quote (") is missing or stands where none can, near character 4: parse error on line 2, column 4: bare " in non-quoted-field`},
		"open quote":    {"a,b\n1,\"2\n3,4\n", data.Options{}, `data: t.csv: line 2: a quote (") is missing or stands where none can, near character 5: record on line 2; parse error on line 3, column 5: extraneous or missing " in quoted-field`},
		"same name":     {"a,a\n1,2\n", data.Options{}, `data: t.csv: names 2 columns "a", want each column that is read to have a name of its own`},
		"binary":        {"a\x00b\n", data.Options{}, "data: t.csv: line 1: holds a zero byte: not a text file, and no Parquet, NPY or NPZ"},
		"columns":       {"a,b\n1,2\n", data.Options{Columns: []string{"c", "a", "d"}}, `data: t.csv: no column "c", "d"; it has "a", "b"`},
		"except":        {"a,b\n1,2\n", data.Options{Except: []string{"c"}}, `data: t.csv: no column "c"; it has "a", "b"`},
		"no column":     {"a,b\n1,2\n", data.Options{Except: []string{"b", "a"}}, "data: t.csv: no column, want at least one"},
		"twice":         {"a,b\n1,2\n", data.Options{Columns: []string{"a", "a"}}, `data: t.csv: column "a" is named twice, want each once`},
		"delimiter":     {"a,b\n1,2\n", data.Options{Delimiter: '"'}, `data: t.csv: cells cannot be parted by '"': want a tab or a printable ASCII character other than a quote`},
		"format":        {"a,b\n1,2\n", data.Options{Format: "xls"}, `data: t.csv: the format "xls" is not known, want csv, parquet, arrow, npy or npz`},
		"missing":       {"a,b\n1,2\n3,NaN\n,?\n", data.Options{}, `data: t.csv: cells that are missing or not finite numbers, in 3 rows: column "a" has 1, the first in row 3 (line 4): ""; column "b" has 2, the first in row 2 (line 3): "NaN" (such rows can be left out: drop missing)`},
		"infinite":      {"a,b\n1,2\n3,-Inf\n", data.Options{}, `data: t.csv: cells that are missing or not finite numbers, in 2 rows: column "b" has 1, the first in row 2 (line 3): "-Inf" (such rows can be left out: drop missing)`},
		"overflow":      {"a,b\n1,2\n3,1e999\n4,5\n", data.Options{}, `data: t.csv: cells that are missing or not finite numbers, in 3 rows: column "b" has 1, the first in row 2 (line 3): "1e999" (such rows can be left out: drop missing)`},
		"category":      {"a,b\n1,red\n3,blue\n4,NA\n", data.Options{}, `data: t.csv: columns of categories are not supported, leave them out: column "b" has 3, the first in row 1 (line 2): "red" are not numbers`},
		"category kept": {"a,b\n1,red\n3,blue\n4,NA\n", data.Options{DropMissing: true}, `data: t.csv: columns of categories are not supported, leave them out: column "b" has 3, the first in row 1 (line 2): "red" are not numbers`},
		"none left":     {"a,b\n1,\n,2\n", data.Options{DropMissing: true}, "data: t.csv: no row left: a cell is missing in each of 2 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := data.Open(write(t, "t.csv", []byte(c.text)), c.options)
			if err == nil {
				_, err = f.ReadAll()
			}
			wantError(t, err, c.want)
		})
	}
}

// TestCellError: a pass stops at the first bad cell with an error that names it; the rows before it have been read.
func TestCellError(t *testing.T) {
	f := open(t, write(t, "t.csv", []byte("a,b\n1,2\n\n3,x\n")), data.Options{})
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dst := make([]float64, 8)
	n, err := r.Read(dst)
	if n != 1 || dst[0] != 1 || dst[1] != 2 {
		t.Errorf("read %d rows, %v", n, dst)
	}
	wantError(t, err, `data: t.csv: column "b", row 2 (line 4): "x" is not a finite number`)
	var cell *data.CellError
	if !errors.As(err, &cell) || cell.Column != "b" || cell.Cell.Line != 4 {
		t.Errorf("%#v", err)
	}
}

func TestFileErrors(t *testing.T) {
	_, err := data.Open("no such file.csv", data.Options{})
	if err == nil || !strings.Contains(err.Error(), "data: open no such file.csv") {
		t.Errorf("%v", err)
	}
	if _, err = data.Open(t.TempDir(), data.Options{}); err == nil {
		t.Error("a folder was opened")
	}
	_, err = data.Open(write(t, "t.parquet", []byte("a,b\n1,2\n")), data.Options{})
	wantError(t, err, "data: t.parquet: does not begin as a file of format parquet does, which its name says it is")
}

// TestLongRecord: a quote that is never closed does not make the reader take the whole file into memory.
func TestLongRecord(t *testing.T) {
	f := open(t, write(t, "t.csv", []byte("a,b\n1,\"2"+strings.Repeat("3,4\n", 6<<20))), data.Options{})
	_, err := f.ReadAll()
	wantError(t, err, "data: t.csv: a record is longer than 16777216 bytes: a quote that is not closed?")
}

func TestRecords(t *testing.T) {
	path := write(t, "t.csv", []byte("id,a,note\n7,1,\"x, \"\"y\"\"\"\n8,,n\n9,2,plain\n"))
	f := open(t, path, data.Options{Columns: []string{"a"}, DropMissing: true})
	for name, want := range map[string][]string{
		"t.csv": {`7,1,"x, ""y"""`, "9,2,plain"},
		"t.tsv": {"7\t1\t\"x, \"\"y\"\"\"", "9\t2\tplain"},
	} {
		r := passed(t, f, name)
		n, err := r.Read(make([]float64, 5))
		if n != 2 || err != nil || r.Dropped() != 1 {
			t.Fatalf("%d rows, %v, %d dropped", n, err, r.Dropped())
		}
		for i := range n {
			if got := string(r.Record(i)); got != want[i] {
				t.Errorf("record %d is %q, want %q", i, got, want[i])
			}
		}
		if p := r.Place(1); p != (data.Place{Row: 3, Line: 4}) {
			t.Errorf("row 1 stands at %+v", p)
		}
		if _, err = r.Read(make([]float64, 5)); err != io.EOF {
			t.Errorf("%v, want io.EOF", err)
		}
		r.Close()
	}
}

// TestNamesTwice: a name that two columns of a file have is an error if it is asked for, in Parquet as in CSV, and otherwise
// does not matter.
func TestNamesTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("a,b,note,note\n1,2,x,y\n4,5,x,z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		options data.Options
		ok      bool
	}{
		{data.Options{Columns: []string{"b", "a"}}, true},
		{data.Options{Except: []string{"note"}}, true},
		{data.Options{}, false},
		{data.Options{Columns: []string{"a", "note"}}, false},
	} {
		f, err := data.Open(path, c.options)
		if err != nil {
			t.Fatal(err)
		}
		table, err := f.ReadAll()
		if c.ok && (err != nil || table.Dim() != 2 || table.Rows() != 2) {
			t.Errorf("%+v: got %v, want the table of a and b", c.options, err)
		}
		if !c.ok && (err == nil || !strings.Contains(err.Error(), `names 2 columns "note"`)) {
			t.Errorf("%+v: got %v, want an error about note", c.options, err)
		}
	}
}

// TestUnderscores: 100_1 is text, such as an identifier, and not the number 1001.
func TestUnderscores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("id,a\n100_1,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := data.Open(path, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = f.ReadAll(); err == nil || !strings.Contains(err.Error(), "100_1") {
		t.Errorf("got %v, want an error about 100_1", err)
	}
}

// TestMendedRecords: what a record has too much or too little of blank cells at its end is mended also where it is passed on, and lines
// of comment count in the lines of rows.
func TestMendedRecords(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"surplus":   {"a,b\n1,\"2,\",,\n3,4\n", "a,b,score\n1,\"2,\",0.5\n3,4,0.5\n"},
		"nameless":  {"a,b,\n1,2\n3,4,\n", "a,b,,score\n1,2,,0.5\n3,4,,0.5\n"},
		"row names": {"a,b\nx,1,2\ny,3,4\nz,5,6\n", ",a,b,score\nx,1,2,0.5\ny,3,4,0.5\nz,5,6,0.5\n"},
	} {
		f := open(t, write(t, "t.csv", []byte(c.text)), data.Options{Columns: []string{"a"}})
		if got := contentOf(t, passedOn(t, f, "out.csv")); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	_, err := open(t, write(t, "t.csv", []byte("# one\n# two\na,b\n1,2\n# three, with, commas\n3\n")), data.Options{}).ReadAll()
	commented := open(t, write(t, "t.csv", []byte("# one\na,b\n1,2\n3,4\n# three, with, commas\n")), data.Options{})
	for range 2 { // a second pass does not count again
		if _, err := commented.ReadAll(); err != nil || !strings.Contains(fmt.Sprint(commented.Notes()), "2 lines of comment, after #, left out") {
			t.Errorf("notes %q, %v", commented.Notes(), err)
		}
	}
	wantError(t, err, "data: t.csv: line 6: has 1 cell, want 2 as the first record")
}
