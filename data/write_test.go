package data_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/sbinet/npyio"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

func sample() *data.Table {
	return &data.Table{Names: []string{"z, quoted", "a", "m"}, X: mat.NewDense(2, 3, []float64{0.1, -1e300, 3, math.Pi, 5e-324, -0.5})}
}

// TestRoundTrip: numbers that are written are read back bit for bit, with their names and order.
func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"t.csv", "t.tsv", "t.csv.gz", "t.tsv.zst", "t.parquet", "t.npy"} {
		want := sample()
		if name == "t.npy" {
			want.Names = []string{"x1", "x2", "x3"}
		}
		path := filepath.Join(t.TempDir(), name)
		if err := want.Write(path); err != nil {
			t.Fatal(err)
		}
		got := readAll(t, path, data.Options{})
		if !mat.Equal(got.X, want.X) || quotedNames(got) != quotedNames(want) {
			t.Errorf("%s: %q %v", name, got.Names, mat.Formatted(got.X))
		}
		back, err := open(t, path, data.Options{Columns: []string{want.Names[2], want.Names[0]}}).ReadAll()
		if err != nil || back.X.At(1, 0) != -0.5 || back.X.At(1, 1) != math.Pi {
			t.Errorf("%s: columns chosen: %v, %v", name, back, err)
		}
	}
}

func quotedNames(t *data.Table) string {
	var b bytes.Buffer
	for _, n := range t.Names {
		b.WriteString(n + "|")
	}
	return b.String()
}

// TestNPYAgainstNpyio: npyio reads the NPY files that this package writes.
func TestNPYAgainstNpyio(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.npy")
	if err := sample().Write(path); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got mat.Dense
	if err := npyio.Read(f, &got); err != nil || !mat.Equal(&got, sample().X) {
		t.Errorf("%v, %v", err, mat.Formatted(&got))
	}
}

func TestWriterErrors(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{
		"t.xls":      "data: t.xls: no format has that name, want .csv, .tsv, .parquet or .npy, for text also with .gz or .zst",
		"t.npz":      "data: t.npz: no format has that name, want .csv, .tsv, .parquet or .npy, for text also with .gz or .zst",
		"t.npy.gz":   "data: t.npy.gz: NPY is written to a file, not packed and not to a pipe: its header needs the number of rows",
		"none/t.csv": "",
	} {
		_, err := data.Create(filepath.Join(dir, name), []string{"a"})
		if want != "" {
			wantError(t, err, want)
		}
		if err == nil {
			t.Errorf("%s was made", name)
		}
	}
	_, err := data.Create(filepath.Join(dir, "t.csv"), nil)
	wantError(t, err, "data: t.csv: no column, want at least one")
	_, err = data.Create(filepath.Join(dir, "t.csv"), []string{"a", "a"})
	wantError(t, err, `data: t.csv: would have two columns "a", want each name once`)
	w, err := data.Create(filepath.Join(dir, "t.csv"), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, w.Write([]float64{1, 2, 3}), "data: t.csv: Write of 3 values, want whole rows of 2 columns")
	w.Discard()
	_, err = data.CreateRecords(filepath.Join(dir, "t.npy"), open(t, write(t, "in.csv", []byte("a\n1\n")), data.Options{}), nil)
	wantError(t, err, "data: t.npy: rows are passed on as text or Parquet, want a name in .csv, .tsv or .parquet, for text also with .gz or .zst")
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestAtomic: an existing file at the path stays unchanged until the new one is complete.
func TestAtomic(t *testing.T) {
	path := write(t, "t.csv", []byte("old"))
	w, err := data.Create(path, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if err = w.Write([]float64{1}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "old" {
		t.Errorf("before Close: %q, %v", b, err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	w.Discard()
	if b, err := os.ReadFile(path); err != nil || string(b) != "a\n1\n" {
		t.Errorf("after Close: %q, %v", b, err)
	}
}

// TestWriteRecords: rows are written as they were read, with one more column.
func TestWriteRecords(t *testing.T) {
	f := open(t, write(t, "in.csv", []byte("id,a\n\"x,1\",2\ny,3\n")), data.Options{Columns: []string{"a"}})
	path := filepath.Join(t.TempDir(), "out.csv")
	r, w := recorded(t, f, path, "twice")
	defer w.Discard()
	defer r.Close()
	x := make([]float64, 2)
	n, err := r.Read(x)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err = w.WriteRecord(r.Record(i), 2*x[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "id,a,twice\n\"x,1\",2,4\ny,3,6\n" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestSpecialPaths: a symbolic link still points to its target, which is replaced; a device is written to directly and stays a device.
func TestSpecialPaths(t *testing.T) {
	target := write(t, "target.csv", []byte("old"))
	link := filepath.Join(t.TempDir(), "link.csv")
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := counted(1, 2).Write(link); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if b, err := os.ReadFile(target); err != nil || string(b) != "a,b\n0,1\n" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	device := filepath.Join(t.TempDir(), "full.csv")
	if err := os.Symlink("/dev/full", device); err != nil {
		t.Skip(err)
	}
	err := counted(1, 2).Write(device)
	wantError(t, err, "data: writing full.csv: write full.csv: no space left on device")
}
