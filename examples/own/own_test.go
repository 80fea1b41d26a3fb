package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestProgram runs the program, which trains and saves a flow, loads it in another process and compares log p.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "own")
	for _, command := range []*exec.Cmd{exec.Command("go", "build", "-o", program, "."), exec.Command(program)} {
		out, err := command.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestConformance runs the suite for bijectors on a coupling of this program's own transform and conditioner.
func TestConformance(t *testing.T) {
	layertest.Run(t, func() layers.Bijector { return newFlow().Layers()[1].Layer }, layertest.Options{})
}

// TestPieces runs the suites for the other pieces on those of this program.
func TestPieces(t *testing.T) {
	t.Run("affine", func(t *testing.T) { layertest.RunTransform(t, affine{}, layertest.TransformOptions{}) })
	t.Run("residual", func(t *testing.T) {
		layertest.RunConditioner(t, residualConfig{Width: 3, Seed: 1}.New, layertest.ConditionerOptions{})
	})
	t.Run("student", func(t *testing.T) {
		layertest.RunBase(t, func() bases.Base { return student{graph.NewParam("eta", graph.Float64, 2)} }, layertest.BaseOptions{})
	})
}

// impostor embeds a registered piece but has another map.
type impostor struct{ logMap }

// TestImpostorIsRefused: a type that is not registered is not saved as the registered type that it embeds.
func TestImpostorIsRefused(t *testing.T) {
	fake := impostor{newFlow().Layers()[0].Layer.(logMap)}
	flow, err := flows.New(flows.Named{Name: "fake", Layer: fake})
	if err != nil {
		t.Fatal(err)
	}
	err = flow.Save(filepath.Join(t.TempDir(), "model"))
	if err == nil || !strings.Contains(err.Error(), `main.impostor is not registered (it embeds a "own.log"`) {
		t.Errorf("Save: got %v, want an error that says what to register", err)
	}
}

// page is the document that shows the program's files.
const page = "../../docs/your-own.md"

// TestPage: the document shows each file unchanged.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	var shown strings.Builder
	for _, b := range blocks {
		shown.WriteString(b[1])
	}
	for _, name := range pieces(t) {
		if file, err := os.ReadFile(name); err != nil || !strings.Contains(shown.String(), string(file)) {
			t.Errorf("%s does not show %s as it is (%v)", page, name, err)
		}
	}
	if got, want := len(blocks), len(pieces(t)); got != want {
		t.Errorf("%s shows %d pieces of Go, want %d, one a file", page, got, want)
	}
}

// TestPiecesAreShort: no piece has more than 40 lines, not counting imports, comments and empty lines.
func TestPiecesAreShort(t *testing.T) {
	for _, name := range pieces(t) {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		lines, imports := 0, false
		for s := bufio.NewScanner(file); s.Scan(); {
			line := strings.TrimSpace(s.Text())
			imports = imports && line != ")" || line == "import ("
			if !imports && line != "" && line != ")" && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "package ") {
				lines++
			}
		}
		if lines > 40 {
			t.Errorf("%s has %d lines, want at most 40", name, lines)
		}
	}
}

// pieces returns the files of the program, except main.go.
func pieces(t *testing.T) (names []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f != "main.go" && !strings.HasSuffix(f, "_test.go") {
			names = append(names, f)
		}
	}
	return names
}
