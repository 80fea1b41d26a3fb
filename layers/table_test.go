package layers_test

import (
	"os"
	"strings"
	"testing"

	"gaussflow/internal/errtest"
	"gaussflow/layers"
)

// TestTableOfLayers: the table of docs/layers.md has a row for every layer of this package, and each of its rows a cell for every column,
// the last two of which are the layer's domain and its source.
func TestTableOfLayers(t *testing.T) {
	page := string(errtest.Must(os.ReadFile("../docs/layers.md")))
	_, table, _ := strings.Cut(page, "\n| kind |")
	table, _, _ = strings.Cut(table, "\n\n")
	head, rows, _ := strings.Cut(table, "\n")
	if !strings.HasSuffix(head, "| domain | source |") {
		t.Errorf("the table's head ends %q, want the domain and the source", head)
	}
	for _, kind := range layers.Kinds() {
		if strings.Contains(kind, ".") {
			continue // of a test
		}
		_, row, found := strings.Cut(rows, "| `"+kind+"` |")
		row, _, _ = strings.Cut(row, "\n")
		if cells, want := len(strings.Split(strings.ReplaceAll(row, `\|`, ""), "|")), len(strings.Split(head, "|")); !found || cells != want {
			t.Errorf("%s: found %v, with %d cells, want a row with %d", kind, found, cells, want)
		}
	}
}
