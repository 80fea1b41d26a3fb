package data_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gaussflow/data"
)

// TestDeltas: 32-bit numbers whose differences are packed as 64 bits, in all row groups or in some, are read as
// testdata/deltas.py wrote them, and so are copies of the file, lists included.
func TestDeltas(t *testing.T) {
	in := filepath.Join("testdata", "deltas.parquet")
	out := passedOn(t, open(t, in, data.Options{Columns: []string{"wide"}}), "t.parquet")
	for _, path := range []string{in, out} {
		pass, err := open(t, path, data.Options{Columns: []string{"wide", "signed", "both", "day"}}).Pass()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2058 {
			if err := pass.Next(); err != nil {
				t.Fatalf("%s, row %d: %v", path, i+1, err)
			}
			var got []string
			for j := range 4 {
				got = append(got, string(pass.Text(j)))
			}
			if want := deltas(i); !slices.Equal(got, want) {
				t.Fatalf("%s, row %d: %q, want %q", path, i+1, got, want)
			}
		}
		if err := pass.Close(); err != nil {
			t.Error(err)
		}
	}
	_, rows := parquetRows(t, out)
	for i, row := range rows {
		if list := row[4:6]; fmt.Sprint(list[0].Uint32()) != deltas(i)[0] || list[1].Uint32() != 7 {
			t.Fatalf("row %d: list %v", i+1, list)
		}
	}
}

// deltas is a row of testdata/deltas.py, without its list.
func deltas(i int) []string {
	wide := int64(i) * 2654435761 % 4294967296
	signed, both := fmt.Sprint(wide-2147483648), fmt.Sprint(wide-2147483648)
	if i%7 == 0 {
		signed = ""
	}
	if i < 2048 {
		both = fmt.Sprint(i % 5)
	}
	return []string{fmt.Sprint(wide), signed, both, time.Unix(0, 0).UTC().AddDate(0, 0, i*4001%40000).Format(time.DateOnly)}
}
