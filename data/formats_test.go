package data_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/sbinet/npyio"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// npy is an array in the NPY format, written by npyio; x may be any slice or a matrix.
func npy(t testing.TB, x any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := npyio.Write(&b, x); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rawNPY is an array with the given header.
func rawNPY(header string, content ...byte) []byte {
	return append(fmt.Appendf(nil, "\x93NUMPY\x01\x00%c%c%s\n", len(header)+1, 0, header), content...)
}

func npz(t testing.TB, arrays map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for key, content := range arrays {
		member, err := w.Create(key + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = member.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNPY(t *testing.T) {
	want := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	column := mat.NewDense(3, 1, []float64{1, 2, 3})
	for name, c := range map[string]struct {
		content []byte
		want    *mat.Dense
	}{
		"float64": {npy(t, want), want},
		"vector":  {npy(t, []float64{1, 2, 3}), column},
		"float32": {npy(t, []float32{1, 2, 3}), column},
		"int64":   {npy(t, []int64{1, 2, 3}), column},
		"int8":    {npy(t, []int8{1, 2, 3}), column},
		"uint16":  {npy(t, []uint16{1, 2, 3}), column},
		"bool":    {rawNPY("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", 0, 1, 1), mat.NewDense(3, 1, []float64{0, 1, 1})},
		"big":     {rawNPY("{'descr': '>i2', 'fortran_order': False, 'shape': (3,), }", 0, 1, 0, 2, 0, 3), column},
		"Fortran": {rawNPY("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", 1, 4, 2, 5, 3, 6), want},
	} {
		for file, content := range map[string][]byte{
			"t.npy": c.content, "t.npy.gz": gzipped(t, c.content), "t.npz": npz(t, map[string][]byte{"X": c.content, "y": npy(t, []float64{9})}),
		} {
			got := readAll(t, write(t, file, content), data.Options{})
			if !mat.Equal(got.X, c.want) || got.Names[0] != "x1" {
				t.Errorf("%s in %s: %v", name, file, mat.Formatted(got.X))
			}
		}
	}
}

// TestFortranBlocks: an array in Fortran order, whose columns are contiguous, with more rows than a block.
func TestFortranBlocks(t *testing.T) {
	const n = 2500
	content := rawNPY(fmt.Sprintf("{'descr': '|u1', 'fortran_order': True, 'shape': (%d, 2), }", n), make([]byte, 2*n)...)
	for i := range n {
		content[len(content)-2*n+i], content[len(content)-n+i] = byte(i), byte(i+1)
	}
	x := readAll(t, write(t, "t.npy", content), data.Options{}).X
	for i := range n {
		if x.At(i, 0) != float64(byte(i)) || x.At(i, 1) != float64(byte(i+1)) {
			t.Fatalf("row %d: %v", i, x.RawRowView(i))
		}
	}
}

func TestNPZKeys(t *testing.T) {
	a, b := npy(t, []float64{1}), npy(t, []float64{2})
	only := write(t, "t.npz", npz(t, map[string][]byte{"a": a}))
	both := write(t, "t.npz", npz(t, map[string][]byte{"a": a, "b": b}))
	if x := readAll(t, only, data.Options{}).X.At(0, 0); x != 1 {
		t.Errorf("the only array: %v", x)
	}
	if x := readAll(t, both, data.Options{Key: "b"}).X.At(0, 0); x != 2 {
		t.Errorf("array b: %v", x)
	}
	_, err := data.Open(only, data.Options{Key: "c"})
	wantError(t, err, `data: t.npz: holds no array "c"; it has "a"`)
	if _, err = data.Open(both, data.Options{}); err == nil || !strings.Contains(err.Error(), `holds no array "X"; it has "`) {
		t.Errorf("%v", err)
	}
}

func TestNPYErrors(t *testing.T) {
	header := func(descr, shape string) []byte {
		return rawNPY("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }")
	}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"cube":      {header("<f8", "2, 3, 4"), "data: t.npy: has the shape (2, 3, 4), want rows × columns or one column"},
		"scalar":    {header("<f8", ""), "data: t.npy: has the shape (), want rows × columns or one column"},
		"overflow":  {header("<f8", "9223372036854775807, 3"), "data: t.npy: has the shape (9223372036854775807, 3), want rows × columns or one column"},
		"no column": {header("<f8", "3, 0"), "data: t.npy: has the shape (3, 0), want rows × columns or one column"},
		"strings":   {header("<U5", "3,"), `data: t.npy: has elements of type "<U5", want floats of 4 or 8 bytes, integers or booleans`},
		"complex":   {header("<c16", "3,"), `data: t.npy: has elements of type "<c16", want floats of 4 or 8 bytes, integers or booleans`},
		"record":    {rawNPY("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,), }"), `data: t.npy: has the NPY header "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,), }", want 'descr' of one plain type, 'fortran_order' and 'shape'`},
		"version":   {[]byte("\x93NUMPY\x09\x00\x00\x00"), "data: t.npy: has NPY version 9, want 1, 2 or 3"},
		"header":    {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "data: t.npy: has an NPY header of 4294967295 bytes, want at most 65536"},
		"huge":      {header("<f8", fmt.Sprintf("%d, 3", min(100_000_000_000, math.MaxInt/8/3))), "data: t.npy: the file is truncated"},
		"no rows":   {header("<f8", "0, 3"), "data: t.npy: no row, want at least one"},
		"infinite":  {rawNPY("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", 0, 0, 0x80, 0x7f), `data: t.npy: cells that are missing or not finite numbers, in 1 row: column "x1" has 1, the first in row 1: "+Inf" (such rows can be left out: drop missing)`},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := data.Open(write(t, "t.npy", c.content), data.Options{})
			if err == nil {
				_, err = f.ReadAll()
			}
			wantError(t, err, c.want)
		})
	}
}

type parquetRow struct {
	Real    float64  `parquet:"real"`
	Single  float32  `parquet:"single"`
	Whole   int64    `parquet:"whole"`
	Small   int32    `parquet:"small"`
	Natural uint32   `parquet:"natural"`
	Yes     bool     `parquet:"yes"`
	Text    string   `parquet:"text"`
	Price   int64    `parquet:"price,decimal(2:10)"`
	Maybe   *float64 `parquet:"maybe,optional"`
	List    []int32  `parquet:"list"`
	Bytes   [3]byte  `parquet:"bytes,decimal(1:6)"`
	Raw     [2]byte  `parquet:"raw"`
	Big     uint64   `parquet:"big"`
	Inner   struct {
		A float64 `parquet:"a"`
	} `parquet:"inner"`
}

func parquetFile(t testing.TB, n int) string {
	t.Helper()
	rows := make([]parquetRow, n)
	for i := range rows {
		rows[i] = parquetRow{Real: 0.5 + float64(i), Single: 1.5, Whole: -3, Small: 4, Natural: 1 << 31, Yes: true, Text: "7e1", Price: 1234, List: []int32{1, 2}, Bytes: [3]byte{0xff, 0xff, 0xf6}, Big: 1 << 63}
		rows[i].Inner.A = 8
		if i != 1 {
			v := 9.0
			rows[i].Maybe = &v
		}
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err = parquet.Write(f, rows, parquet.MaxRowsPerRowGroup(700)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParquetTypes(t *testing.T) {
	path := parquetFile(t, 1500)
	names := []string{"inner.a", "real", "single", "whole", "small", "natural", "yes", "text", "price", "bytes", "big"}
	table := readAll(t, path, data.Options{Columns: names})
	for i := range table.Rows() {
		want := []float64{8, 0.5 + float64(i), 1.5, -3, 4, 1 << 31, 1, 70, 12.34, -1, 1 << 63}
		for j, v := range table.X.RawRowView(i) {
			if v != want[j] {
				t.Fatalf("row %d, %s: %v, want %v", i, names[j], v, want[j])
			}
		}
	}
	if table.Rows() != 1500 {
		t.Errorf("%d rows, want 1500", table.Rows())
	}
	_, err := open(t, path, data.Options{Columns: []string{"maybe"}}).ReadAll()
	wantError(t, err, `data: t.parquet: cells that are missing or not finite numbers, in 1500 rows: column "maybe" has 1, the first in row 2: "" (such rows can be left out: drop missing)`)
	_, err = open(t, path, data.Options{Columns: []string{"raw"}}).ReadAll()
	wantError(t, err, `data: t.parquet: columns of categories are not supported, leave them out: column "raw" has 1500, the first in row 1: "\\x00\\x00" are not numbers`)
	f := open(t, path, data.Options{Columns: []string{"real"}})
	w, err := data.CreateRecords(filepath.Join(t.TempDir(), "t.csv"), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	if left := w.LeftOut(); !slices.Equal(left, []string{"list"}) || !slices.Equal(f.Lists(), left) {
		t.Errorf("left out of a line of text: %q", left)
	}
	_, err = open(t, path, data.Options{Columns: []string{"real", "list"}}).ReadAll()
	wantError(t, err, `data: t.parquet: column "list": is a list, want one value a row`)
}

// TestParquetRecords: rows of Parquet as CSV records, including the columns that are not read as numbers.
func TestParquetRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := sample().Write(path); err != nil {
		t.Fatal(err)
	}
	r := passed(t, open(t, path, data.Options{Columns: []string{"m"}}), "t.csv")
	defer r.Close()
	x := make([]float64, 4)
	if n, err := r.Read(x); n != 2 || err != nil || x[1] != -0.5 {
		t.Fatalf("%d rows, %v: %v", n, err, x)
	}
	if got := string(r.Record(0)); got != "0.1,-1e+300,3" {
		t.Errorf("%q", got)
	}
}

func TestStandardInput(t *testing.T) {
	csv := "a,b\n1,2\n3,4\n"
	parquetBytes, err := os.ReadFile(parquetFile(t, 5))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"csv": []byte(csv), "csv.gz": gzipped(t, []byte(csv)), "npy": npy(t, mat.NewDense(2, 2, []float64{1, 2, 3, 4})),
		"npz": npz(t, map[string][]byte{"X": npy(t, []float64{1, 3})}), "parquet": parquetBytes,
	} {
		o := data.Options{Stdin: bytes.NewReader(content)}
		if name == "parquet" {
			o.Columns = []string{"real"}
		}
		f := open(t, "-", o)
		for pass := range 2 {
			table, err := f.ReadAll()
			if err != nil || table.Rows() < 2 {
				t.Errorf("%s, pass %d: %v, %v", name, pass, table, err)
			}
		}
	}
}

// TestPipe: a pipe with a path, such as a shell's <(…), is opened only once.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	path := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err = os.Stat(path); err != nil {
		t.Skip(err)
	}
	if _, err = w.WriteString("a\n1\n2\n"); err != nil {
		t.Fatal(err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	f := open(t, path, data.Options{})
	for range 2 {
		if table, err := f.ReadAll(); err != nil || table.Rows() != 2 {
			t.Errorf("%v, %v", table, err)
		}
	}
}

// TestLongStandardInput: a standard input that is longer than the part that is kept can be read once, in constant memory; a
// second pass is an error.
func TestLongStandardInput(t *testing.T) {
	content := normalCSV(20_000, 3)
	f := open(t, "-", data.Options{Stdin: bytes.NewReader(content), MaxBuffered: 300_000})
	if rows := drain(t, f); rows != 20_000 {
		t.Errorf("%d rows", rows)
	}
	_, err := f.ReadAll()
	wantError(t, err, "data: standard input: is a stream of more than 300000 bytes, which can be read only once: save it to a file first: a stream longer than Options.MaxBuffered")
	long := npz(t, map[string][]byte{"X": rawNPY("{'descr': '|u1', 'fortran_order': False, 'shape': (9, 1), }", gzipped(t, content)...)})
	_, err = data.Open("-", data.Options{Stdin: bytes.NewReader(long), MaxBuffered: 70_000})
	wantError(t, err, "data: standard input: must be read out of order but is packed, or a stream, of more than 70000 bytes: save it unpacked to a file: a stream longer than Options.MaxBuffered")
}

// TestTruncated: a file that is cut anywhere is an error, or a shorter table if it is plain CSV, but never a panic or a huge
// allocation.
func TestTruncated(t *testing.T) {
	csv := normalCSV(12, 3)
	table := sample()
	parquetPath := filepath.Join(t.TempDir(), "t.parquet")
	if err := table.Write(parquetPath); err != nil {
		t.Fatal(err)
	}
	parquetBytes, err := os.ReadFile(parquetPath)
	if err != nil {
		t.Fatal(err)
	}
	dense := npy(t, table.X)
	for name, whole := range map[string][]byte{
		"t.csv.gz": gzipped(t, csv), "t.csv.zst": zstded(t, csv), "t.parquet": parquetBytes, "t.npy": dense,
		"t.npz": npz(t, map[string][]byte{"X": dense}),
	} {
		path := filepath.Join(t.TempDir(), name)
		var before, after runtime.MemStats
		for length := range len(whole) {
			if err := os.WriteFile(path, whole[:length], 0o644); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&before)
			f, err := data.Open(path, data.Options{})
			if err == nil {
				_, err = f.ReadAll()
			}
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Errorf("%s cut to %d of %d bytes was read", name, length, len(whole))
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("%s cut to %d bytes took %d MB", name, length, used>>20)
			}
		}
	}
}

// TestManyReaders: passes over one File that run at the same time do not disturb each other.
func TestManyReaders(t *testing.T) {
	f := open(t, write(t, "t.csv.gz", gzipped(t, normalCSV(3000, 2))), data.Options{})
	want, err := f.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for range 8 {
		go func() {
			got, err := f.ReadAll()
			if err == nil && !mat.Equal(got.X, want.X) {
				err = io.ErrUnexpectedEOF
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
