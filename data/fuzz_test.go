package data_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"gaussflow/data"
)

// FuzzCSV: any text is read without a panic, and a table that is read has the numbers that encoding/csv and strconv find.
func FuzzCSV(f *testing.F) {
	for _, c := range readings {
		f.Add([]byte(c.text))
	}
	f.Add([]byte("a\n\n1\n\"\"\n2"))
	f.Add([]byte("a\n0\r\r\n"))
	f.Add([]byte("a\n 0\r\r"))
	f.Add([]byte("a,b\n1_0,0x1p4\r\n1e400,+.5"))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content), Format: data.CSV, Delimiter: ',', Header: data.HeaderFirst})
		if err != nil || !utf8.Valid(content) || !bytes.ContainsRune(content, '\n') || bytes.ContainsRune(content, '#') {
			return // the encoding is converted, comments are left out: see TestEncodings and TestCSVReadings
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
		want := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
		want.TrimLeadingSpace, want.FieldsPerRecord = true, -1
		if _, err = want.Read(); err != nil {
			return // a compressed file
		}
		row := make([]float64, file.Dim())
		for {
			n, err := r.Read(row)
			if n == 0 {
				var cell *data.CellError
				if errors.Is(err, io.EOF) || !errors.As(err, &cell) {
					return
				}
				if bad := cell.Cell.Text; parses(bad) {
					t.Fatalf("%q is a number", bad)
				}
				return
			}
			record, err := want.Read()
			if err != nil {
				t.Fatalf("row %v; encoding/csv: %v", row, err)
			}
			if beyond := record[min(len(row), len(record)):]; strings.TrimSpace(strings.Join(beyond, "")) != "" {
				t.Fatalf("%q read as %v", record, row)
			}
			record = record[:min(len(row), len(record))]
			again := csv.NewReader(bytes.NewReader(append(r.Record(0), '\n')))
			again.TrimLeadingSpace = true
			back, err := again.Read()
			for j, text := range record {
				if v, _ := strconv.ParseFloat(strings.TrimSpace(text), 64); v != row[j] || !parses(text) {
					t.Fatalf("%q read as %v", text, row[j])
				}
				if err != nil || back[j] != text {
					t.Fatalf("%q echoed as %q, %v", text, back, err)
				}
			}
		}
	})
}

func parses(text string) bool {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) && !strings.ContainsAny(text, "_xXpP")
}

// FuzzBinary: bytes in any format do not panic, and are not read as more numbers than they can hold.
func FuzzBinary(f *testing.F) {
	x := sample().X
	f.Add(npy(f, x))
	f.Add(npy(f, []int16{1, 2}))
	f.Add(npz(f, map[string][]byte{"X": npy(f, x), "y": npy(f, []float32{1})}))
	f.Add(gzipped(f, npy(f, x)))
	f.Add(zstded(f, []byte("a,b\n1,2\n")))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content)})
		if err != nil {
			return
		}
		r, err := file.Rows()
		if err != nil {
			return
		}
		defer r.Close()
		buf := make([]float64, 16*file.Dim())
		for i := 0; i < 1000 && err == nil; i++ {
			_, err = r.Read(buf)
		}
	})
}
