package data_test

import (
	"archive/zip"
	"bytes"
	"testing"

	"gaussflow/data"
)

// TestForeign: a file of a format that is known and not read is said to be one, and what to do.
func TestForeign(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"rows.jsonl":    {"{\"a\": 1}\n{\"a\": 2}\n", "is JSON, which is not read: write it as CSV or Parquet"},
		"rows.json":     {"\ufeff[\n  {\"a\": 1}]", "is JSON, which is not read: write it as CSV or Parquet"},
		"page.csv":      {"\n<!DOCTYPE html>\n<p>404", "is a page of HTML, which is not read: save its table as CSV"},
		"old.xls":       {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "is an Excel workbook, which is not read: save its table as CSV"},
		"book.xlsx":     {zipped(t, "[Content_Types].xml", "xl/workbook.xml"), "is an Excel workbook, which is not read: save its table as CSV"},
		"sheet.ods":     {zipped(t, "mimetype", "content.xml"), "is an OpenDocument file, which is not read: save its table as CSV"},
		"tables.zip":    {zipped(t, "a.csv"), "is a zip file without arrays in .npy, which is not read: unpack it, or pack the table with gzip or zstd"},
		"x.feather":     {"ARROW1\x00\x00", "is an Arrow (Feather) file, which is not read: write it as CSV or Parquet"},
		"statement.csv": {"%PDF-1.7\n", "is a PDF, which is not read: save its table as CSV"},
	} {
		_, err := data.Open(write(t, name, []byte(c.content)), data.Options{})
		wantError(t, err, "data: "+name+": "+c.want)
	}
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
