package data_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"gaussflow/data"
)

// TestForeign: a file in a known format that this package does not read is an error that names the format and says what to do.
func TestForeign(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"rows.jsonl":    {"{\"a\": 1}\n{\"a\": 2}\n", "is JSON, which is not read: write it as CSV or Parquet"},
		"rows.json":     {"\ufeff[\n  {\"a\": 1}]", "is JSON, which is not read: write it as CSV or Parquet"},
		"page.csv":      {"\n<!DOCTYPE html>\n<p>404", "is a page of HTML, which is not read: save its table as CSV"},
		"old.xls":       {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "is an Excel workbook, which is not read: save its table as CSV"},
		"book.xlsx":     {zipped(t, "[Content_Types].xml", "xl/workbook.xml"), "is an Excel workbook, which is not read: save its table as CSV"},
		"sheet.ods":     {zipped(t, "mimetype", "content.xml"), "is an OpenDocument file, which is not read: save its table as CSV"},
		"tables.zip":    {zipped(t, "a.csv"), "is a zip file without arrays in .npy, which is not read: unpack it, or pack the table with gzip or zstd"},
		"x.feather":     {"FEA1\x00\x00\x00\x00", "is a Feather file of version 1, which is not read: write it as CSV or Parquet"},
		"statement.csv": {"%PDF-1.7\n", "is a PDF, which is not read: save its table as CSV"},
	} {
		_, err := data.Open(write(t, name, []byte(c.content)), data.Options{})
		wantError(t, err, "data: "+name+": "+c.want)
	}
}

// TestSeparatorSaid: a first line like sep=; which tells a spreadsheet the separator, is not a row, but counts in line numbers.
func TestSeparatorSaid(t *testing.T) {
	f := open(t, write(t, "t.csv", []byte("\ufeffsep=;\r\nx;y,z\r\n1;2\r\n3;q\r\n")), data.Options{})
	if names := f.Names(); !slices.Equal(names, []string{"x", "y,z"}) {
		t.Fatalf("names %q", names)
	}
	_, err := f.ReadAll()
	wantError(t, err, `data: t.csv: columns of categories are not supported, leave them out: column "y,z" has 1, the first in row 2 (line 4): "q" are not numbers`)
	if got, want := contentOf(t, passedOn(t, open(t, write(t, "u.csv", []byte("SEP=|\na|b\n1|2\n")), data.Options{}), "t.csv")), "a,b,score\n1,2,0.5\n"; got != want {
		t.Errorf("passed on as %q, want %q", got, want)
	}
}

// TestLZ4: Parquet with the codec LZ4 is refused, because the decoder's output is wrong.
func TestLZ4(t *testing.T) {
	var b bytes.Buffer
	if err := parquet.Write(&b, []struct{ X float64 }{{1}, {2}}, parquet.Compression(&parquet.Lz4Raw)); err != nil {
		t.Fatal(err)
	}
	_, err := data.Open(write(t, "t.parquet", b.Bytes()), data.Options{})
	wantError(t, err, "data: t.parquet: is Parquet packed with LZ4, which is not read: write it with Snappy, Zstandard or gzip")
}

func zipped(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
