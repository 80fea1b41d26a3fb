package main

import (
	"archive/zip"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/internal/defaults"
)

// TestRanking: the first case is the example of scikit-learn's roc_auc_score and average_precision_score.
func TestRanking(t *testing.T) {
	for name, c := range map[string]struct {
		logProb []float64
		anomaly []bool
		auc, ap float64
	}{
		"scikit-learn": {[]float64{-0.1, -0.4, -0.35, -0.8}, []bool{false, false, true, true}, 0.75, 0.5 + 0.5*2/3},
		"perfect":      {[]float64{1, -1, 2, -3}, []bool{false, true, false, true}, 1, 1},
		"reversed":     {[]float64{1, -1}, []bool{true, false}, 0, 0.5},
		"all tied":     {[]float64{2, 2, 2, 2, 2}, []bool{true, false, false, false, false}, 0.5, 0.2},
		"one tie":      {[]float64{0, 0, 5}, []bool{true, false, false}, 0.75, 0.5},
	} {
		r, err := newRanking(c.logProb, c.anomaly)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.ROCAUC-c.auc) > 1e-15 || math.Abs(r.AveragePrecision-c.ap) > 1e-15 {
			t.Errorf("%s: ROC-AUC %v, average precision %v, want %v and %v", name, r.ROCAUC, r.AveragePrecision, c.auc, c.ap)
		}
	}
	if _, err := newRanking([]float64{1, 2}, []bool{true, true}); err == nil {
		t.Error("anomalies alone are ranked")
	}
}

// TestLabelArray: the label may be an array of its own in an NPZ.
func TestLabelArray(t *testing.T) {
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	npz := filepath.Join(t.TempDir(), "labelled.npz")
	x := mat.NewDense(4, 2, []float64{0, 1, 6, -6, 1, 0, -6, 6})
	writeNPZ(t, npz, map[string]*mat.Dense{
		"X": x, "y": mat.NewDense(4, 1, []float64{0, 1, 0, 1}), "short": mat.NewDense(3, 1, []float64{0, 1, 0}), "long": mat.NewDense(5, 1, []float64{0, 1, 0, 1, 0}),
	})
	model := filepath.Join(folder, "moons.gflow")
	for label, want := range map[string]string{
		"y":     "ROC-AUC             1.0000",
		"short": "fewer rows than the table",
		"long":  "more rows than the table",
		"X":     `no column "X"`,
		"z":     `no column "z"`,
	} {
		var out bytes.Buffer
		run([]string{"evaluate", model, npz, "--label", label}, &out, &out)
		if !strings.Contains(out.String(), want) {
			t.Errorf("--label %s: %s, want %q", label, &out, want)
		}
	}
	var out bytes.Buffer
	if code := run([]string{"evaluate", model, npz, "--label", "y", "--drop-missing"}, &out, &out); code != exitError {
		t.Errorf("exit code %d with --drop-missing: %s", code, &out)
	}
}

func writeNPZ(t *testing.T, path string, arrays map[string]*mat.Dense) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	archive := zip.NewWriter(f)
	for name, x := range arrays {
		_, d := x.Dims()
		npy := filepath.Join(t.TempDir(), name+".npy")
		if err = (&data.Table{Names: defaults.Names("x", d), X: x}).Write(npy); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(npy)
		if err != nil {
			t.Fatal(err)
		}
		member, err := archive.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = member.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err = archive.Close(); err != nil {
		t.Fatal(err)
	}
}
