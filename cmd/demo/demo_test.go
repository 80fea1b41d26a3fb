package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
	written, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range written {
		if !slices.Contains(outputs, f.Name()) {
			t.Errorf("%s is written and not among the outputs that are checked before the work", f.Name())
		}
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

// TestReportKeys: report.json has exactly the keys that programs which read it rely on.
func TestReportKeys(t *testing.T) {
	const promised = `{"dtype": "float64", "kernels": "avx2", "data": {"rows": 5000, "cols": 2, "heldout_rows": 5000},
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

// trueHeldout is the mean true log-density of the notebook's held-out rows.
const trueHeldout = -1.1423

// sharedMoons are the arguments that choose the notebook's data, if the folder shared has them.
func sharedMoons(t *testing.T) []string {
	t.Helper()
	const data, heldout = "../../../shared/data/moons_train.csv", "../../../shared/data/moons_heldout.csv"
	if _, err := os.Stat(data); err != nil {
		t.Skip("the shared data is not here")
	}
	return []string{"-data", data, "-heldout", heldout}
}

// TestBestRecipe: the best recipe reaches the expected log p on test rows that no choice was based on, and its density
// integrates to one.
func TestBestRecipe(t *testing.T) {
	if testing.Short() {
		t.Skip("long: a hundred epochs")
	}
	o, err := parseOptions(append(sharedMoons(t), "-recipe", "best"), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	e := &experiment{options: o}
	if err := e.measure(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := *e.report.CouplingTrained.Heldout; !(got >= -1.165 && got <= trueHeldout) {
		t.Errorf("held-out log-likelihood %v, want at least −1.165 and at most the truth, %v", got, trueHeldout)
	}
	if max := e.report.RoundTrip.CouplingTrained.Max; !(max <= 1e-8) {
		t.Errorf("round trip after training %v, want at most 1e-8", max)
	}
	wide, err := logDensity(e.coupling, 6, 480)
	if err != nil {
		t.Fatal(err)
	}
	if mass := wide.integral(); !(math.Abs(mass-1) <= 0.01) {
		t.Errorf("the density integrates to %v, want 1 ± 0.01", mass)
	}
}

// TestNotebookFigures: the experiment reaches the required figures on the notebook's data.
func TestNotebookFigures(t *testing.T) {
	r, _, _, _ := demo(t, sharedMoons(t)...)
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
	if *r.CouplingTrained.Heldout > trueHeldout {
		t.Errorf("held-out log-likelihood %v beats the truth %v: mass is leaking", *r.CouplingTrained.Heldout, trueHeldout)
	}
	r32, _, _, _ := demo(t, append(sharedMoons(t), "-dtype", "float32", "-epochs", "1")...)
	if at := r32.Equivalence.AtInit; !(at.Push.Max <= 1e-3 && at.LogProb.Max <= 1e-3) {
		t.Errorf("float32: %+v, want at most 1e-3", at)
	}
}

// TestSmallTable: a table with fewer rows than a batch and three columns, one of them constant, without held-out rows and
// without a known density.
func TestSmallTable(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,x2,x1,x3\n")
	for i := range 60 {
		fmt.Fprintf(&text, "row%d,%v,%d,7\n", i, math.Sin(float64(i)), i%9)
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, recipe := range []string{"notebook", "best"} {
		r, raw, _, _ := demo(t, "-data", path, "-epochs", "2", "-blocks", "1", "-components", "2", "-hidden", "4", "-recipe", recipe)
		if r.Data.Rows != 60 || r.Data.Cols != 3 || r.Data.HeldoutRows != 0 {
			t.Errorf("%s: data = %+v, want 60 rows of 3 columns", recipe, r.Data)
		}
		if !strings.Contains(string(raw), `"heldout_mean_log_prob": null`) {
			t.Errorf("%s: a held-out figure where there are no held-out rows:\n%s", recipe, raw)
		}
		if at := r.Equivalence.AtInit; !(at.Push.Max <= 1e-10 && at.LogProb.Max <= 1e-10) {
			t.Errorf("%s: at the warm start the flows differ: %+v", recipe, at)
		}
	}
}

// TestInterrupted: a cancelled run is an error, and its report has nothing that was not measured.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	o, err := parseOptions([]string{"-blocks", "1", "-components", "2", "-out", dir}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(ctx, o, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("an interrupted run wrote %v", files)
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
		"x1,x2\n1\n":           "has 1 cell, want 2",
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

// TestTicks: the labels of an axis show where it lies.
func TestTicks(t *testing.T) {
	for _, span := range [][2]float64{{1.1397, 1.5533}, {0, 1}, {1, 100}, {1, 2}, {-25, 1.3}, {3e-16, 9e-16}} {
		ticks := roundTicks(span[0], span[1])
		if len(ticks) < 3 || len(ticks) > 8 {
			t.Errorf("%v: %d ticks", span, len(ticks))
		}
		for _, tick := range ticks {
			v, err := strconv.ParseFloat(tick.Label, 64)
			if err != nil || math.Abs(v-tick.Value) > 1e-12*math.Abs(span[1]) || v < span[0] || v > span[1] {
				t.Errorf("%v: a tick at %v is called %s", span, tick.Value, tick.Label)
			}
		}
	}
	for v, want := range map[float64]float64{1: 1, 1.1: 2, 4.9: 5, 7: 10, 3e-16: 5e-16, 250: 500} {
		if got := roundLimit(v); math.Abs(got-want) > 1e-12*want {
			t.Errorf("roundLimit(%v) = %v, want %v", v, got, want)
		}
	}
}

// TestMoonsTruth: the true density that the demo compares with integrates to one.
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
