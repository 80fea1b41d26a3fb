package data_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"gaussflow/columns"
	"gaussflow/data"
)

// TestCoarse: different 64-bit identifiers that are equal when rounded to float64 are not taken for a constant, whether
// stored as numbers or as text; a column with one number in all rows is a constant.
func TestCoarse(t *testing.T) {
	const first = 1 << 63
	ids, same := make([]uint64, 40), make([]uint64, 40)
	var text strings.Builder
	text.WriteString("id,same,large\n")
	for i := range ids {
		ids[i], same[i] = first+uint64(i), first+1
		fmt.Fprintf(&text, "%d,%d,%s\n", ids[i], same[i], []string{"1e300", "1.0e300"}[i%2])
	}
	for name, c := range map[string]struct {
		content []byte
		want    []columns.Kind
	}{
		"stored":           {npy(t, ids), []columns.Kind{columns.Identifier}},
		"stored, the same": {npy(t, same), []columns.Kind{columns.Constant}},
		"text":             {[]byte(text.String()), []columns.Kind{columns.Identifier, columns.Constant, columns.Constant}},
	} {
		file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(c.content)})
		if err != nil {
			t.Fatal(err)
		}
		schema, err := columns.Profile(t.Context(), file, columns.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for j, want := range c.want {
			if got := schema.Columns[j]; got.Kind != want {
				t.Errorf("%s: %q is %s (%s), want %s", name, got.Name, got.Kind, got.Note, want)
			}
		}
	}
}
