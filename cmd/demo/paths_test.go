package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPaths: an output that would replace the input table is refused before anything is read, however its path is spelled;
// so is a folder as an output.
func TestPaths(t *testing.T) {
	folder := t.TempDir()
	table := filepath.Join(folder, "errors.png")
	if err := os.WriteFile(table, []byte("x1,x2\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-data", table}, {"-data", folder + "/./errors.png"}, {"-data", "testdata/absent.csv", "-heldout", table}} {
		o, err := parseOptions(append(args, "-out", folder), &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		if err = run(context.Background(), o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "is the same file as -") {
			t.Errorf("%q: %v", args, err)
		}
	}
	if raw, err := os.ReadFile(table); err != nil || string(raw) != "x1,x2\n1,2\n" {
		t.Errorf("the table holds %q, %v", raw, err)
	}
	blocked := t.TempDir()
	if err := os.Mkdir(filepath.Join(blocked, "index.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	o, err := parseOptions([]string{"-out", blocked}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if err = run(context.Background(), o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "is a folder, want a file") {
		t.Errorf("a folder in the place of the page: %v", err)
	}
}
