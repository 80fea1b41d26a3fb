package data_test

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"

	"gaussflow/data"
)

const benchRows = 100_000

func rate(b *testing.B) {
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCSV reads 6 columns of 17 digits, one core.
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

// standardCSV is what encoding/csv and strconv do with the same file.
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
