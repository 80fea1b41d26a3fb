package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStudies: every study runs, prints its table and writes a figure.
func TestStudies(t *testing.T) {
	var printed strings.Builder
	out := t.TempDir()
	if err := run(&printed, out, "", true); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		raw, err := os.ReadFile(filepath.Join(out, s.name+".png"))
		if err != nil || !strings.HasPrefix(string(raw), "\x89PNG") {
			t.Errorf("%s: no figure: %v", s.name, err)
		}
		if !strings.Contains(printed.String(), s.name) {
			t.Errorf("%s prints nothing", s.name)
		}
	}
	if run(&printed, out, "nothing", true) == nil {
		t.Error("a study that there is not is run")
	}
}
