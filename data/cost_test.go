package data_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gaussflow/data"
	"gaussflow/internal/costs"
)

// cost reads an input as a command does, passes its rows on as text and as Parquet, and returns the memory and time of the
// more expensive one.
func cost(content []byte, o data.Options) (bytes uint64, took time.Duration) {
	for _, out := range []string{os.DevNull, filepath.Join(os.TempDir(), "cost.parquet")} {
		b, t := costs.Of(func() { passOn(content, o, out) })
		bytes, took = max(bytes, b), max(took, t)
	}
	return bytes, took
}

func passOn(content []byte, o data.Options, out string) {
	o.Stdin = bytes.NewReader(content)
	file, err := data.Open("-", o)
	if err != nil {
		return
	}
	file.Select(append(file.Names(), "absent")...) //nolint:errcheck // an error is fine here, since only the cost is measured
	if w, err := data.CreateRecords(out, file, nil); err == nil {
		defer w.Discard()
		readRecords(file, w)
	}
}

// readRecords reads whole rows and writes them.
func readRecords(file *data.File, w *data.RecordWriter) {
	rows, err := file.Records(w)
	if err != nil {
		return
	}
	defer rows.Close()
	buf := make([]float64, max(256/file.Dim(), 1)*file.Dim())
	for err == nil {
		var n int
		n, err = rows.Read(buf)
		for i := range n {
			if w.WriteRecord(rows.Record(i)) != nil {
				return
			}
		}
	}
}

// hostile are inputs that are small but claim to be large or are expensive to read.
func hostile(t testing.TB) map[string][]byte {
	npyOf := func(fortran, shape string, more int) []byte {
		h := fmt.Sprintf("{'descr': '<f8', 'fortran_order': %s, 'shape': (%s), }\n", fortran, shape)
		return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(h)), byte(len(h)>>8)), append([]byte(h), make([]byte, more)...)...)
	}
	zipped := func(array []byte) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		m, err := w.Create("X.npy")
		if err == nil {
			_, err = m.Write(array)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	columns := func(n int) []byte {
		var b strings.Builder
		for j := range n {
			fmt.Fprintf(&b, "%x,", j)
		}
		return []byte(b.String() + "y\n1,2\n")
	}
	return map[string][]byte{
		"npy of one wide row":     npyOf("False", "1, 16777216", 64),
		"npy of no row":           npyOf("False", "0, 16777216", 0),
		"npy, Fortran, wide":      npyOf("True", "1024, 131072", 1000),
		"npy, Fortran, long":      npyOf("True", "100000000, 2", 1000),
		"npz, Fortran":            zipped(npyOf("True", "4096, 16384", 1<<29)),
		"npz, wide":               zipped(npyOf("False", "1, 16777216", 1<<27)),
		"commas":                  bytes.Repeat([]byte(","), 1<<20),
		"commas in lines":         bytes.Repeat([]byte(strings.Repeat(",", 1000)+"\n"), 1000),
		"a header, commas":        append([]byte("a,b\n"), bytes.Repeat([]byte(","), 1<<20)...),
		"quotes":                  bytes.Repeat([]byte(`"`), 1<<20),
		"an open quote":           append([]byte("a,b\n\""), bytes.Repeat([]byte("x,"), 1<<19)...),
		"columns, too many":       columns(150_000),
		"columns, nearly so":      columns(65_000),
		"columns, for Parquet":    columns(32_000),
		"empty lines":             bytes.Repeat([]byte("\n"), 1<<20),
		"empty lines of a column": append([]byte("a\n"), append(bytes.Repeat([]byte("\n"), 1<<20), "1\n"...)...),
		"short rows":              append([]byte("a\n"), bytes.Repeat([]byte("1\n"), 1<<19)...),
	}
}

// TestHostile: reading hostile inputs costs little more than their size.
func TestHostile(t *testing.T) {
	for name, content := range hostile(t) {
		for i, header := range []data.Header{data.HeaderFirst, data.HeaderNone} {
			if i > 0 && testing.Short() {
				break
			}
			if bytes, took := cost(content, data.Options{Header: header}); costs.TooMuch(bytes, took) {
				t.Errorf("%s, %d bytes: %d MB and %v", name, len(content), bytes>>20, took)
			}
		}
	}
}

// TestInflated: a file that unpacks to far more than its size is an error, and is not unpacked to its end.
func TestInflated(t *testing.T) {
	const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8388608, 1), }\n"
	array := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0)
	array = append(append(array, header...), make([]byte, 64<<20)...)
	for name, content := range map[string][]byte{"gzip": gzipped(t, array), "zstd": zstded(t, array)} {
		file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content)})
		if err == nil {
			_, err = file.ReadAll()
		}
		if err == nil || !strings.Contains(err.Error(), "unpacks to more than 256 times its size") {
			t.Errorf("%s, %d bytes: %v", name, len(content), err)
		}
	}
}

// TestQuotedCommas: commas inside of quotes do not separate cells, however many there are, also where they cross the reader's buffers.
func TestQuotedCommas(t *testing.T) {
	cell := strings.Repeat("1,", 300_000)
	content := "a,note\n" + strings.Repeat("1,\""+cell+"\"\n", 3)
	file, err := data.Open("-", data.Options{Stdin: strings.NewReader(content), Columns: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if table, err := file.ReadAll(); err != nil || table.Rows() != 3 {
		t.Errorf("%v, %v, want 3 rows", table, err)
	}
}

// TestCost changes good files at random and measures the memory and time that reading them takes; see costs.Hunt.
func TestCost(t *testing.T) {
	folder := t.TempDir()
	var good [][]byte
	for _, name := range []string{"t.csv", "t.csv.gz", "t.csv.zst", "t.npy", "t.parquet"} {
		if err := sample().Write(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		good = append(good, raw)
	}
	for _, name := range []string{"typed.arrow", "typed.arrows"} {
		good = append(good, []byte(contentOf(t, filepath.Join("testdata", name))))
	}
	good = append(good, npz(t, map[string][]byte{"X": npy(t, sample().X)}))
	costs.Hunt(t, func(rng *rand.Rand) []byte { return costs.Mutated(rng, good[rng.IntN(len(good))]) },
		func(content []byte) (uint64, time.Duration) { return cost(content, data.Options{}) })
}
