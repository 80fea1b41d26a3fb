package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// demo runs the command with args and returns its report and what it printed.
func demo(t *testing.T, args ...string) (r report, raw []byte, printed, dir string) {
	t.Helper()
	dir = t.TempDir()
	o, err := parseOptions(append(args, "-out", dir), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	if raw, err = os.ReadFile(filepath.Join(dir, "report.json")); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r, raw, out.String(), dir
}

// keys lists every path of a JSON document, objects only.
func keys(prefix string, v any) (paths []string) {
	object, ok := v.(map[string]any)
	if !ok {
		return []string{prefix}
	}
	for k, child := range object {
		paths = append(paths, keys(prefix+"."+k, child)...)
	}
	slices.Sort(paths)
	return paths
}

// TestReportKeys: report.json has exactly the keys that its readers were promised.
func TestReportKeys(t *testing.T) {
	const promised = `{"dtype": "float64", "data": {"rows": 5000, "cols": 2, "heldout_rows": 5000},
 "diagonal": {"bijectors": 8, "trainable_params": 208, "train_mean_log_prob": 0, "heldout_mean_log_prob": 0},
 "coupling_init": {"bijectors": 12, "trainable_params": 15312, "train_mean_log_prob": 0, "heldout_mean_log_prob": 0},
 "coupling_trained": {"recipe": "notebook", "epochs": 20, "train_mean_log_prob": 0, "heldout_mean_log_prob": 0, "loss": [], "max_abs_final_kernel": []},
 "equivalence": {"at_init": {"push": {"median": 0, "p95": 0, "max": 0}, "log_prob": {"median": 0, "p95": 0, "max": 0}, "rbig_push": {"median": 0, "p95": 0, "max": 0}},
                 "after_training": {"push": {"median": 0, "p95": 0, "max": 0}, "log_prob": {"median": 0, "p95": 0, "max": 0}}},
 "round_trip": {"diagonal": {"median": 0, "p95": 0, "max": 0}, "coupling_init": {"median": 0, "p95": 0, "max": 0}, "coupling_trained": {"median": 0, "p95": 0, "max": 0}},
 "seconds": {"ig_diagonal": 0, "ig_coupling": 0, "fit": 0, "total": 0}}`
	r, raw, printed, dir := demo(t, "-epochs", "2", "-hidden", "8", "-blocks", "2", "-seed", "3")
	var got, want any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(promised), &want); err != nil {
		t.Fatal(err)
	}
	if g, w := keys("", got), keys("", want); !slices.Equal(g, w) {
		t.Errorf("keys of report.json:\n%q\nwant\n%q", g, w)
	}
	if len(r.CouplingTrained.Loss) != 2 || len(r.CouplingTrained.MaxAbsFinalKernel) != 4 || r.Data.HeldoutRows != 5000 {
		t.Errorf("report = %+v", r)
	}
	if !strings.Contains(printed, "Mean log-likelihood") {
		t.Errorf("no table in the output:\n%s", printed)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "data:image/png;base64,iVBOR"); n != 4 {
		t.Errorf("the page holds %d figures, want 4", n)
	}
	text := regexp.MustCompile(`base64,[^"]*`).ReplaceAllString(string(page), "")
	for _, bad := range []string{"%!", "http", "NaN", "Inf"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
}

// TestNotebookFigures are the figures that the experiment must reach on the notebook's own data.
func TestNotebookFigures(t *testing.T) {
	const data, heldout = "../../../shared/data/moons_train.csv", "../../../shared/data/moons_heldout.csv"
	if _, err := os.Stat(data); err != nil {
		t.Skip("the shared data is not here")
	}
	r, _, _, _ := demo(t, "-data", data, "-heldout", heldout)
	if r.Diagonal.Bijectors != 8 || r.Diagonal.TrainableParams != 208 || r.CouplingInit.Bijectors != 12 || r.CouplingInit.TrainableParams != 15312 {
		t.Errorf("sizes: %+v, %+v", r.Diagonal, r.CouplingInit)
	}
	at := r.Equivalence.AtInit
	for _, c := range []struct {
		what       string
		got, limit float64
	}{
		{"max ‖Δz‖ at the warm start", at.Push.Max, 1e-10},
		{"max |Δ log p| at the warm start", at.LogProb.Max, 1e-10},
		{"max distance to RBIG", at.RBIGPush.Max, 1e-10},
		{"round trip, diagonal", r.RoundTrip.Diagonal.Max, 1e-11},
		{"round trip, coupling at the warm start", r.RoundTrip.CouplingInit.Max, 1e-11},
		{"median round trip at the warm start", r.RoundTrip.CouplingInit.Median, 1e-14},
		{"round trip, trained", r.RoundTrip.CouplingTrained.Max, 1e-8},
		{"− diagonal log-likelihood", -r.Diagonal.Train, 1.835},
		{"− trained log-likelihood", -r.CouplingTrained.Train, 1.150},
		{"− held-out log-likelihood", -*r.CouplingTrained.Heldout, 1.225},
	} {
		if !(c.got <= c.limit) {
			t.Errorf("%s = %v, want at most %v", c.what, c.got, c.limit)
		}
	}
	if truth := -1.1423; *r.CouplingTrained.Heldout > truth {
		t.Errorf("held-out log-likelihood %v beats the truth %v: mass is leaking", *r.CouplingTrained.Heldout, truth)
	}
	r32, _, _, _ := demo(t, "-data", data, "-heldout", heldout, "-dtype", "float32", "-epochs", "1")
	if at := r32.Equivalence.AtInit; !(at.Push.Max <= 1e-3 && at.LogProb.Max <= 1e-3) {
		t.Errorf("float32: %+v, want at most 1e-3", at)
	}
}

func TestBadCommandLines(t *testing.T) {
	for args, word := range map[string]string{
		"-epochs 0":          "-epochs",
		"-lr -1":             "-lr",
		"-hidden 3,x":        "-hidden",
		"-dtype float16":     "float16",
		"-recipe fast":       "-recipe",
		"-heldout rows.csv":  "-data",
		"-blocks 0":          "-blocks",
		"train.csv":          "train.csv",
		"-no-such-flag":      "no-such-flag",
		"-batch 0 -seed 1":   "-batch",
		"-components -2":     "-components",
		"-hidden 0 -epochs2": "epochs2",
	} {
		var stderr bytes.Buffer
		if _, err := parseOptions(strings.Fields(args), &stderr); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: error %v, want one about %s", args, err, word)
		}
	}
}

func TestBadFiles(t *testing.T) {
	for content, words := range map[string]string{
		"":                     "is empty",
		"a,b\n1,2\n":           "x1, x2",
		"x1,x2\n":              "no row",
		"x1,x2\n1,2\n3,oops\n": `column "x2" has 1, the first in row 2 (line 3): "oops"`,
		"x1,x2\n1,NaN\n":       `column "x2" has 1, the first in row 1 (line 2): "NaN"`,
		"x1,x2\n1\n":           "has 1 cells, want 2",
	} {
		path := filepath.Join(t.TempDir(), "rows.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readTable(path); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: error %v, want %s", content, err, words)
		}
	}
	if _, err := readTable("no such file"); err == nil {
		t.Error("a missing file gave no error")
	}
}

// TestMoonsTruth: the true density that the demo compares with is one.
func TestMoonsTruth(t *testing.T) {
	l := &lattice{limit: 3, n: 300}
	var err error
	if l.z, err = moonsLogProb(l.points(), 0.05); err != nil {
		t.Fatal(err)
	}
	if mass := l.integral(); mass < 0.9999 || mass > 1.0001 {
		t.Errorf("the true density integrates to %v", mass)
	}
}
