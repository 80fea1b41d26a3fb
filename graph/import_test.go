package graph_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImportDirection: each package imports only packages to its left in the list; commands may import all of them and are
// imported by none.
func TestImportDirection(t *testing.T) {
	order := []string{"internal/contracts", "internal/counted", "internal/testsize", "internal/errtest", "internal/csvcell", "internal/costs", "internal/visible", "internal/crew", "internal/pipeline", "internal/defaults", "internal/files", "internal/hdf5", "internal/strictjson", "internal/postgrestest", "rows", "sketch", "graph/kernel", "columns", "data", "data/sql", "graph/safetensors", "graph", "internal/registry", "internal/conditioning", "initializers", "transforms", "layers", "bases", "losses", "train", "progress", "flows", "rbig", "info", "drift", "variational", "mixed", "tabular", "report", "serve", "bench/manual", "bench"}
	rank := func(path string) int {
		path = strings.TrimPrefix(path, "gaussflow/")
		if at := slices.Index(order, path); at >= 0 {
			return at
		}
		if path == "layers/layertest" {
			return slices.Index(order, "bases") // layertest tests pieces of all packages up to bases
		}
		return len(order)
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "gaussflow/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		packages++
		for _, imported := range fields[1:] {
			suite := fields[0] == "gaussflow/layers/layertest" && imported == "gaussflow/bases"
			if strings.HasPrefix(imported, "gaussflow/") && rank(imported) >= rank(fields[0]) && !suite {
				t.Errorf("%s imports %s, which does not stand to its left", fields[0], imported)
			}
			if fields[0] == "gaussflow/train" && imported == "gaussflow/layers" {
				t.Error("train imports layers: it trains anything with parameters and a graph")
			}
		}
	}
	if packages < len(order) {
		t.Errorf("listed %d packages, want at least %d", packages, len(order))
	}
}

// TestImportLeaves: a program that only reads tables does not link the graph packages, and one that only trains does not
// link the terminal packages.
func TestImportLeaves(t *testing.T) {
	for leaf, strangers := range map[string][]string{
		"gaussflow/data":  {"gorgonia.org/", "gaussflow/graph ", "gaussflow/train"},
		"gaussflow/train": {"github.com/schollz/progressbar", "golang.org/x/term"},
		"gaussflow/rows":  {"gorgonia.org/", "gaussflow/graph"},
	} {
		out, err := exec.Command("go", "list", "-deps", leaf).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, dependency := range strings.Fields(string(out)) {
			for _, stranger := range strangers {
				if strings.HasPrefix(dependency+" ", stranger) {
					t.Errorf("%s reaches %s", leaf, dependency)
				}
			}
		}
	}
}
