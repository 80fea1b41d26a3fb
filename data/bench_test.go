package data_test

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gaussflow/data"
)

const benchRows = 100_000

func rate(b *testing.B) {
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCSV reads 6 columns of numbers with 17 digits, on one core.
func BenchmarkCSV(b *testing.B) {
	content := normalCSV(benchRows, 6)
	for _, c := range []struct {
		name    string
		content []byte
	}{{"plain.csv", content}, {"packed.csv.gz", gzipped(b, content)}, {"packed.csv.zst", zstded(b, content)}} {
		path := write(b, c.name, c.content)
		f := open(b, path, data.Options{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				drain(b, f)
			}
			rate(b)
		})
	}
	b.Run("encoding-csv alone", func(b *testing.B) {
		path := write(b, "plain.csv", content)
		for b.Loop() {
			standardCSV(b, path)
		}
		rate(b)
	})
}

// BenchmarkFormats reads the table of BenchmarkCSV in the other formats.
func BenchmarkFormats(b *testing.B) {
	table := readAll(b, write(b, "t.csv", normalCSV(benchRows, 6)), data.Options{})
	for _, name := range []string{"t.parquet", "t.npy"} {
		path := filepath.Join(b.TempDir(), name)
		if err := table.Write(path); err != nil {
			b.Fatal(err)
		}
		f := open(b, path, data.Options{})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				drain(b, f)
			}
			rate(b)
		})
	}
}

// BenchmarkInspect reads a table and reports on its columns.
func BenchmarkInspect(b *testing.B) {
	f := open(b, write(b, "t.csv", normalCSV(benchRows, 6)), data.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := data.Inspect(b.Context(), f); err != nil {
			b.Fatal(err)
		}
	}
	rate(b)
}

// BenchmarkEcho reads rows and writes their records with one more column.
func BenchmarkEcho(b *testing.B) {
	in := write(b, "t.csv", normalCSV(benchRows, 6))
	b.ReportAllocs()
	for b.Loop() {
		echo(b, in, in+".out.csv")
	}
	rate(b)
}

func echo(b *testing.B, in, out string) {
	f := open(b, in, data.Options{})
	rows, w := recorded(b, f, out, "first")
	defer w.Discard()
	defer rows.Close()
	x := make([]float64, 1024*f.Dim())
	for {
		n, err := rows.Read(x)
		for i := range n {
			if err := w.WriteRecord(rows.Record(i), x[i*f.Dim()]); err != nil {
				b.Fatal(err)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// standardCSV reads the same file with encoding/csv and strconv, for comparison.
func standardCSV(b *testing.B, path string) {
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.ReuseRecord = true
	if _, err = r.Read(); err != nil {
		b.Fatal(err)
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		for _, cell := range record {
			if _, err = strconv.ParseFloat(cell, 64); err != nil {
				b.Fatal(err)
			}
		}
	}
}
