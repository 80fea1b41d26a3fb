package data_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"gaussflow/columns"
	"gaussflow/data"
)

// passOnTo writes all rows of a table to a file with that name, with one more column, as the commands do that keep columns.
func passOnTo(t testing.TB, f *data.File, name string) (path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	w, err := data.CreateRecords(path, f, []string{"score"})
	if err != nil {
		return path, err
	}
	defer w.Discard()
	r, err := f.Records(w)
	if err != nil {
		return path, err
	}
	defer r.Close()
	buf := make([]float64, 3*f.Dim())
	for {
		n, err := r.Read(buf)
		for i := range n {
			if err := w.WriteRecord(r.Record(i), 0.5); err != nil {
				return path, err
			}
		}
		if errors.Is(err, io.EOF) {
			return path, w.Close()
		}
		if err != nil {
			return path, err
		}
	}
}

func passedOn(t testing.TB, f *data.File, name string) (path string) {
	t.Helper()
	path, err := passOnTo(t, f, name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func contentOf(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPassedText: text is passed on as it is written, including quotes, blanks and names.
func TestPassedText(t *testing.T) {
	for _, c := range []struct{ name, in, out, want string }{
		{"as it is", "id,a,note\n007,1e+06,\"x, \"\"y\"\"\"\n 8 , 1.0,\"\"\n9007199254740993,+.5,\n", "t.csv",
			"id,a,note,score\n007,1e+06,\"x, \"\"y\"\"\",0.5\n 8 , 1.0,\"\",0.5\n9007199254740993,+.5,,0.5\n"},
		{"names", "a, \"x\"\" y\",,note,note\n1,2,3,4,5\n", "t.csv", "a, \"x\"\" y\",,note,note,score\n1,2,3,4,5,0.5\n"},
		{"lines", "\ufeffa,b\r\n\r\n1,\"p\r\nq\"\r\n2,\"\n\"", "t.csv", "a,b,score\n1,\"p\r\nq\",0.5\n2,\"\n\",0.5\n"},
		{"other delimiter", "a;b;c;d\n1;x,y; \"p;q\";\"\"\n2;  s;;t\tu\n", "t.csv", "a,b,c,d,score\n1,\"x,y\",\"p;q\",\"\",0.5\n2,  s,,t\tu,0.5\n"},
		{"to tabs", "a,b,c,d\n1,x\ty, \"p,q\",\"\"\n", "t.tsv", "a\tb\tc\td\tscore\n1\t\"x\ty\"\t\"p,q\"\t\"\"\t0.5\n"},
		{"from tabs", "a\tb\tc\n1\t 2 \t\"x\"\n", "t.csv", "a,b,c,score\n1, 2 ,\"x\",0.5\n"},
		{"not UTF-8", "a,é\n1,\xe9\n", "t.csv", "a,é,score\n1,\xe9,0.5\n"},
		{"no names", "1,x\n", "t.csv", "x1,x2,score\n1,x,0.5\n"},
	} {
		o := data.Options{Columns: []string{"a"}}
		if c.name == "no names" {
			o = data.Options{Columns: []string{"x1"}, Header: data.HeaderNone}
		}
		if got := contentOf(t, passedOn(t, open(t, write(t, "in.csv", []byte(c.in)), o), c.out)); got != c.want {
			t.Errorf("%s: got\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
}

// TestPassedLongFile: records that cross the end of the reader's buffers are passed on correctly.
func TestPassedLongFile(t *testing.T) {
	var in, want strings.Builder
	in.WriteString("a,b\n")
	want.WriteString("a,b,score\n")
	for i := range 20_000 {
		record := fmt.Sprintf("%d,\"%s\"\"\n\"", i, strings.Repeat("z", i*i%97))
		in.WriteString(record + strings.Repeat("\n", 1+i%3))
		want.WriteString(record + ",0.5\n")
	}
	f := open(t, write(t, "in.csv", []byte(in.String())), data.Options{Columns: []string{"a"}})
	if got := contentOf(t, passedOn(t, f, "t.csv")); got != want.String() {
		t.Errorf("%d bytes are not the %d wanted", len(got), want.Len())
	}
}

// TestPassedTypes: cells that pyarrow wrote are spelled as Python spells them (testdata/typed.py).
func TestPassedTypes(t *testing.T) {
	f := open(t, filepath.Join("testdata", "typed.parquet"), data.Options{Columns: []string{"x", "y"}})
	want := contentOf(t, filepath.Join("testdata", "typed.csv"))
	if got := contentOf(t, passedOn(t, f, "t.csv")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestPassedToParquet: from Parquet to Parquet, columns keep their schema and every value, also those that hold lists.
func TestPassedToParquet(t *testing.T) {
	for _, name := range []string{"typed.parquet", "nested.parquet"} {
		in := filepath.Join("testdata", name)
		out := passedOn(t, open(t, in, data.Options{Columns: []string{"x"}}), "t.parquet")
		wantSchema, want := parquetRows(t, in)
		gotSchema, got := parquetRows(t, out)
		if gotSchema = strings.Replace(gotSchema, "\toptional double score;\n", "", 1); gotSchema != wantSchema {
			t.Errorf("%s: schema\n%s\nwant\n%s", name, gotSchema, wantSchema)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, want %d", name, len(got), len(want))
		}
		for i, row := range want {
			if score := got[i][len(got[i])-1]; score.Double() != 0.5 || !got[i][:len(got[i])-1].Equal(row) {
				t.Errorf("%s, row %d: %v, want %v and 0.5", name, i, got[i], row)
			}
		}
	}
}

// TestPassedLists: a list is not a cell and cannot be passed on to a text format.
func TestPassedLists(t *testing.T) {
	f := open(t, filepath.Join("testdata", "nested.parquet"), data.Options{})
	text := contentOf(t, passedOn(t, open(t, filepath.Join("testdata", "nested.parquet"), data.Options{Columns: []string{"x"}}), "t.csv"))
	if lines := strings.Split(text, "\n"); lines[0] != "x,score" || len(lines) != 14 || strings.Count(lines[1], ",") != 1 {
		t.Errorf("as text:\n%s", text)
	}
	schema, err := columns.Profile(context.Background(), f, columns.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range schema.Columns {
		if list := j > 0; f.List(j) != list || (c.Kind == columns.Ignored && c.Note == "a list") != list {
			t.Errorf("%s is %s, %s", c.Name, c.Kind, c.Note)
		}
	}
}

// parquetRows reads a file with the Parquet library alone: its schema as text, without its name, and its rows.
func parquetRows(t testing.TB, path string) (schema string, rows []parquet.Row) {
	t.Helper()
	content := []byte(contentOf(t, path))
	file, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range file.RowGroups() {
		r := group.Rows()
		buf := make([]parquet.Row, 1)
		for {
			n, err := r.ReadRows(buf)
			if n == 1 {
				rows = append(rows, buf[0].Clone())
			}
			if err != nil {
				break
			}
		}
		r.Close()
	}
	_, schema, _ = strings.Cut(file.Schema().String(), "{")
	return schema, rows
}

// TestPassedArrays: whole numbers of every width, including their extremes, are passed on exactly.
func TestPassedArrays(t *testing.T) {
	for name, c := range map[string]struct {
		array []byte
		text  []string
		kind  string
	}{
		"int64":   {npy(t, []int64{-1 << 63, 1<<63 - 1, 9007199254740993, 1000000}), []string{"-9223372036854775808", "9223372036854775807", "9007199254740993", "1000000"}, "INT(64,true)"},
		"uint64":  {npy(t, []uint64{1<<64 - 1, 1<<53 + 1}), []string{"18446744073709551615", "9007199254740993"}, "INT(64,false)"},
		"int8":    {npy(t, []int8{-128, 127}), []string{"-128", "127"}, "INT(8,true)"},
		"uint16":  {npy(t, []uint16{65535}), []string{"65535"}, "INT(16,false)"},
		"uint32":  {npy(t, []uint32{1<<32 - 1}), []string{"4294967295"}, "INT(32,false)"},
		"float32": {npy(t, []float32{0.1, 1e6, -0}), []string{"0.10000000149011612", "1000000", "0"}, "float"},
		"bool":    {npy(t, []bool{true, false}), []string{"1", "0"}, "boolean"},
	} {
		f := open(t, write(t, "t.npy", c.array), data.Options{})
		got := strings.Split(strings.TrimSuffix(contentOf(t, passedOn(t, f, "t.csv")), "\n"), "\n")
		if want := append([]string{"x1,score"}, suffixed(c.text, ",0.5")...); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		path := passedOn(t, f, "t.parquet")
		if schema, rows := parquetRows(t, path); !strings.Contains(schema, c.kind) || len(rows) != len(c.text) {
			t.Errorf("%s: %d rows of %s", name, len(rows), schema)
		}
		back := passed(t, open(t, path, data.Options{Columns: []string{"x1"}}), "t.csv")
		n, err := back.Read(make([]float64, len(c.text)))
		for i := range n {
			if got := string(back.Record(i)); got != c.text[i]+",0.5" && name != "bool" {
				t.Errorf("%s: %q comes back as %q", name, c.text[i], got)
			}
		}
		if back.Close(); n != len(c.text) {
			t.Errorf("%s: %d rows come back, %v", name, n, err)
		}
	}
}

func suffixed(s []string, by string) (out []string) {
	for _, v := range s {
		out = append(out, v+by)
	}
	return out
}

// TestPassedTextToParquet: columns that are read as numbers become numbers, all others text, and an empty cell is not the
// same as an empty text.
func TestPassedTextToParquet(t *testing.T) {
	in := write(t, "in.csv", []byte("id,a,note\n007,1e6,\"x, \"\"y\"\"\"\n9007199254740993, 2 ,\"\"\n, 3, z \n"))
	path := passedOn(t, open(t, in, data.Options{Columns: []string{"a"}}), "t.parquet")
	schema, rows := parquetRows(t, path)
	if want := "\n\toptional binary id (STRING);\n\toptional double a;\n\toptional binary note (STRING);\n\toptional double score;\n}"; schema != want {
		t.Errorf("schema %s, want %s", schema, want)
	}
	for i, want := range []string{"007|1e+06|x, \"y\"|0.5", "9007199254740993|2||0.5", "<null>|3| z |0.5"} {
		var cells []string
		for _, v := range rows[i] {
			cells = append(cells, v.String())
		}
		if got := strings.Join(cells, "|"); got != want {
			t.Errorf("row %d: %s, want %s", i, got, want)
		}
	}
	back := passed(t, open(t, path, data.Options{Columns: []string{"a"}}), "t.csv")
	defer back.Close()
	if n, err := back.Read(make([]float64, 3)); n != 3 || err != nil {
		t.Fatalf("%d rows, %v", n, err)
	}
	for i, want := range []string{"007,1000000,\"x, \"\"y\"\"\",0.5", "9007199254740993,2,\"\",0.5", ",3, z ,0.5"} {
		if got := string(back.Record(i)); got != want {
			t.Errorf("row %d comes back as %s, want %s", i, got, want)
		}
	}
}

// TestPassedErrors: what the target format cannot hold is an error that says what and where.
func TestPassedErrors(t *testing.T) {
	for _, c := range []struct{ in, out, want string }{
		{"a,score\n1,2\n", "t.csv", `data: t.csv: would have two columns "score", want each name once: the table has it already`},
		{"a,note,note\n1,2,3\n", "t.parquet", `data: writing t.parquet: two columns "note", want each name once in Parquet (a name in .csv takes them as they are)`},
		{"a,b\n1,2\n9007199254740993,3\n", "t.parquet", `data: in.csv: line 3: column 1, "9007199254740993", has more digits than a number of 64 bits: CSV passes it on as it is`},
		{"a,é\n1,\xe9\n", "t.parquet", `data: in.csv: line 2: column 2, "\xe9", is not UTF-8, as text in Parquet is: CSV passes it on as it is`},
	} {
		_, err := passOnTo(t, open(t, write(t, "in.csv", []byte(c.in)), data.Options{Columns: []string{"a"}}), c.out)
		wantError(t, err, c.want)
	}
}

// FuzzPassed: text that is passed on with another delimiter has the cells that encoding/csv reads from it, but for blank ones beyond the last
// column.
func FuzzPassed(f *testing.F) {
	for _, c := range readings {
		f.Add([]byte(c.text))
	}
	f.Add([]byte("a,b\n1, \"x\t\"\"y\r\n\"\r\n\r\n2,\" \",\n3,\tz\r"))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content), Format: data.CSV, Delimiter: ';', Header: data.HeaderNone, DropMissing: true})
		if err != nil || !utf8.Valid(content) || !bytes.ContainsRune(content, '\n') {
			return // the encoding is converted; see TestEncodings
		}
		if file, err = file.Select("x1"); err != nil {
			return
		}
		w, err := data.CreateRecords(os.DevNull, file, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Discard()
		r, err := file.Records(w)
		if err != nil {
			return
		}
		defer r.Close()
		in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
		in.Comma, in.TrimLeadingSpace, in.FieldsPerRecord = ';', true, -1
		for row := make([]float64, 1); ; {
			if n, _ := r.Read(row); n == 0 {
				return
			}
			want := []string{"?"}
			for !parses(want[0]) {
				if want, err = in.Read(); err != nil {
					return // a compressed file
				}
			}
			out := csv.NewReader(bytes.NewReader(append(r.Record(0), '\n')))
			got, err := out.Read()
			for len(want) > len(got) && strings.TrimSpace(want[len(want)-1]) == "" { // beyond the last column
				want = want[:len(want)-1]
			}
			if err != nil || len(got) != len(want) {
				t.Fatalf("%q comes out as %q, %v", want, r.Record(0), err)
			}
			for j := range want {
				if strings.TrimSpace(got[j]) != strings.TrimSpace(want[j]) {
					t.Fatalf("%q comes out as %q", want, got)
				}
			}
		}
	})
}
