package main

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"

	"gaussflow/tabular"
)

func TestROCAUC(t *testing.T) {
	for name, c := range map[string]struct {
		normal, anomalies []float64
		want              float64
	}{
		"apart":    {[]float64{3, 4}, []float64{1, 2, 0}, 1},
		"reversed": {[]float64{1}, []float64{2, 3}, 0},
		"all tied": {[]float64{5, 5}, []float64{5}, 0.5},
		"mixed":    {[]float64{1, 3, 3}, []float64{2, 3}, 3. / 6}, // pairs of score and label: 0 1 1, 0 ½ ½
	} {
		if got := rocAUC(c.normal, c.anomalies); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// writeTable stores a table of a dense cloud of normal rows and of a few that are far away.
func writeTable(t *testing.T, path string, names ...string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	x, y := mat.NewDense(300, 3, nil), make([]int64, 300)
	for i := range 300 {
		at := 0.0
		if i%30 == 0 {
			y[i], at = 1, 9
		}
		x.SetRow(i, []float64{at + rng.NormFloat64(), rng.NormFloat64(), 4})
	}
	f, err := npz.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range []any{x, y}[:len(names)] {
		if err := f.Write(names[i], v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tables")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	quick := tabular.Config{Epochs: 2, Hidden: []int{4}, Workers: 1, DropConstant: true}
	run := func() (string, error) {
		var out strings.Builder
		err := run(context.Background(), dir, 1, quick, &out, io.Discard)
		return out.String(), err
	}
	if _, err := run(); err == nil || !strings.Contains(err.Error(), "no NPZ") {
		t.Errorf("error %v of an empty folder, want one about no NPZ files", err)
	}
	writeTable(t, filepath.Join(dir, "far.npz"), "X.npy", "y.npy")
	readme := "| table | Forest | KDE | GF | NSF: log p | NSF seconds |\n|---|---|---|---|---|---|\n| far | 0.123 | 0.2 | NaN loss | -7.5 | 3 |\n| **mean** | **0.456** | 0.3 | – | | |\n"
	if err := os.WriteFile(filepath.Join(dir, "..", "README.md"), []byte(readme), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := run()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 {
		t.Fatalf("got %q, want a header, a table and a mean", out)
	}
	for i, want := range [][]string{{"table", "gaussflow", "Forest", "log p"}, {"far", "1.000", "0.123", "-7.5"}, {"mean", "1.000", "0.456"}} {
		for _, w := range want {
			if !strings.Contains(lines[i], w) {
				t.Errorf("line %q does not contain %q", lines[i], w)
			}
		}
	}
	writeTable(t, filepath.Join(dir, "unlabelled.npz"), "X.npy")
	if _, err := run(); err == nil || !strings.Contains(err.Error(), "no array y") {
		t.Errorf("error %v, want one about the missing array", err)
	}
}
