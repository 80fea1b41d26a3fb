package data_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"gaussflow/data"
)

// write makes a file with this name in a temporary folder of the test.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string, o data.Options) *data.File {
	t.Helper()
	f, err := data.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func readAll(t testing.TB, path string, o data.Options) *data.Table {
	t.Helper()
	table, err := open(t, path, o).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	closed(t, w, b)
	return out.Bytes()
}

func zstded(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, w, b)
	return out.Bytes()
}

func closed(t testing.TB, w io.WriteCloser, b []byte) {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// normalCSV is n rows of d normal numbers with all their digits, under a header.
func normalCSV(n, d int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for j := range d {
		fmt.Fprintf(&b, "%sx%d", strings.Repeat(",", min(j, 1)), j+1)
	}
	for range n {
		b.WriteByte('\n')
		for j := range d {
			fmt.Fprintf(&b, "%s%v", strings.Repeat(",", min(j, 1)), rng.NormFloat64())
		}
	}
	b.WriteByte('\n')
	return b.Bytes()
}

var folder = regexp.MustCompile(`/\S*/`)

// wantError compares the error's message, without the file's folder.
func wantError(t testing.TB, err error, want string) {
	t.Helper()
	got := "<nil>"
	if err != nil {
		got = folder.ReplaceAllString(err.Error(), "")
	}
	if got != want {
		t.Errorf("error\n  %s\nwant\n  %s", got, want)
	}
}

// drain reads a source to its end.
func drain(t testing.TB, f *data.File) (rows int) {
	t.Helper()
	r, err := f.Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dst := make([]float64, 1024*f.Dim())
	for {
		n, err := r.Read(dst)
		rows += n
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// recorded starts a pass over a file whose rows are kept for a table at the given path, which also has the columns extra.
func recorded(t testing.TB, f *data.File, path string, extra ...string) (*data.Rows, *data.RecordWriter) {
	t.Helper()
	w, err := data.CreateRecords(path, f, extra)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Records(w)
	if err != nil {
		w.Discard()
		t.Fatal(err)
	}
	return r, w
}

// passed starts a pass over a file whose rows are kept as a file with that name would spell them.
func passed(t testing.TB, f *data.File, name string) *data.Rows {
	t.Helper()
	r, w := recorded(t, f, filepath.Join(t.TempDir(), name))
	w.Discard()
	return r
}
