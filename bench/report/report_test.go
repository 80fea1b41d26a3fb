package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bench"
)

func TestRaceTakesMediansAndRelatesThemToTheFastestPeer(t *testing.T) {
	m := newMeter(options{rounds: 5, only: regexp.MustCompile("")})
	laps := []float64{9, 3, 1, 2, 5, 4} // the first lap is the warm-up
	ours := contestant{who: "ours", vital: true, do: func(int) (lap, error) {
		l := laps[0]
		laps = laps[1:]
		return lap{seconds: l}, nil
	}}
	peer := func(seconds float64) contestant {
		return contestant{who: "peer", outside: true, do: func(int) (lap, error) { return lap{seconds: seconds}, nil }}
	}
	broken := contestant{who: "broken", outside: true, do: func(int) (lap, error) { return lap{}, errors.New("no such thing") }}
	got := m.race("case", []contestant{ours, peer(12), peer(6), broken})
	if r := got[0]; r.Seconds != 3 || r.Least != 1 || r.Most != 5 || r.Ratio != 0.5 {
		t.Errorf("got %+v, want median 3 of 1…5 and ratio 0.5", r)
	}
	if got[3].Error != "no such thing" || got[3].Ratio != 0 {
		t.Errorf("a contestant that fails: got %+v", got[3])
	}
}

func TestMissingPeerIsARow(t *testing.T) {
	m := newMeter(options{rounds: 1, only: regexp.MustCompile(""), python: filepath.Join(t.TempDir(), "python")})
	got := m.race("moons/float32", []contestant{m.asking(flowPeers[0], request{Work: "step", Shape: "moons"})})
	if !strings.Contains(got[0].Error, "not available") {
		t.Errorf("got %+v, want an error that says not available", got[0])
	}
}

func TestNpyIsAligned(t *testing.T) {
	path, err := writeNpy(mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}))
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if start := len(data) - 6*8; start%64 != 0 || data[start-1] != '\n' || !bytes.Contains(data[:start], []byte("(2, 3)")) {
		t.Errorf("header of %d bytes: %q", start, data[:start])
	}
}

func TestFloorOfMoons(t *testing.T) {
	c := floor(bench.Shapes[0], "float32")
	// per block: rotation 2·2, two conditioners 1·32 + 32·32 + 32·24, each 3 products of 2 FLOP for 512 rows
	if want := 4.0 * 3 * 2 * 512 * (4 + 2*(32+1024+768)); c.flops != want {
		t.Errorf("got %g FLOP, want %g", c.flops, want)
	}
	if want := 4.0 * 512 * 2 * 8; c.components != want {
		t.Errorf("got %g components, want %g", c.components, want)
	}
}

// twoResults are the results of one step, ours and a peer's.
func twoResults(ours float64) []section {
	cases := []result{{Case: "moons/float32", Who: "fused", Seconds: ours, Least: ours, Most: 2 * ours}, {Case: "moons/float32", Who: "JAX, 1 thread", Outside: true, Seconds: 4e-3, Least: 4e-3, Most: 4e-3}}
	return []section{{Name: "step", Title: "Training step", Cases: relate(cases)}}
}

func TestReportIsWritten(t *testing.T) {
	dir := t.TempDir()
	r := &report{Machine: machine{CPU: "A processor", Set: "avx2"}, Rounds: 1, Sections: twoResults(1e-3)}
	if err := new(results).write(dir, r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	figure := "results-a-processor-kernels-in-avx2.png"
	for _, want := range []string{"| Training step | moons/float32 | fused | 1 ms | JAX, 1 thread | 4 ms | **0.25** |", "](" + figure + ")"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("RESULTS.md lacks %q:\n%s", want, text)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, figure)); err != nil || info.Size() == 0 {
		t.Errorf("%s: %v", figure, err)
	}
}

// TestKindsOfProcessorsKeepApart: a run replaces the results of its own kind of processor, and leaves those of other kinds
// unchanged to the byte.
func TestKindsOfProcessorsKeepApart(t *testing.T) {
	dir := t.TempDir()
	write := func(set, peers string, ours float64) {
		t.Helper()
		all, err := readResults(dir)
		if err != nil {
			t.Fatal(err)
		}
		r := &report{Machine: machine{CPU: "A processor", Set: set, Peers: peers}, Rounds: 1, Sections: twoResults(ours)}
		if err := all.write(dir, r); err != nil {
			t.Fatal(err)
		}
	}
	part := func(kind string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
		if err != nil {
			t.Fatal(err)
		}
		_, after, found := strings.Cut(string(text), "\n## "+kind+"\n")
		if !found {
			t.Fatalf("no part %q in\n%s", kind, text)
		}
		before, _, _ := strings.Cut(after, "\n## ")
		return strings.TrimSpace(before)
	}
	write("avx512", "", 1e-3)
	first := part("A processor, kernels in avx512")
	write("avx2", "", 2e-3)
	write("avx2", "avx2", 3e-3)
	write("avx2", "", 2.5e-3)
	if got := part("A processor, kernels in avx512"); got != first {
		t.Errorf("avx512 after avx2 is\n%s\nwant\n%s", got, first)
	}
	for kind, want := range map[string]string{"A processor, kernels in avx2": "2.5 ms", "A processor, kernels in avx2, peers held to avx2": "3 ms"} {
		if !strings.Contains(part(kind), "fused | "+want+" |") {
			t.Errorf("%s lacks %s:\n%s", kind, want, part(kind))
		}
	}
	all, err := readResults(dir)
	if err != nil || len(all.Kinds) != 3 {
		t.Fatalf("%d kinds, %v, want 3", len(all.Kinds), err)
	}
	if old := (options{keep: true}).kept(all, "A processor, kernels in avx512"); old.section("step") == nil || old.section("step").Cases[0].Seconds != 1e-3 {
		t.Errorf("-keep finds %+v", old)
	}
	if old := (options{keep: true}).kept(all, "another processor"); len(old.Sections) > 0 {
		t.Errorf("-keep of a kind that was not measured finds %+v", old)
	}
}

func TestBrokenResultsAreAnError(t *testing.T) {
	for _, text := range []string{"{", `{"kinds": [null]}`, `{"machine": {}}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "results.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readResults(dir); err == nil || !strings.Contains(err.Error(), "results.json") {
			t.Errorf("%s: got error %v, want one that names the file", text, err)
		}
	}
}

func TestPeersAreHeld(t *testing.T) {
	for set, want := range map[string]bool{"avx2": true, "avx512": true, "neon": false, "portable": false} {
		if _, err := holding(set); (err == nil) != want {
			t.Errorf("%s: error %v, want one: %v", set, err, !want)
		}
	}
	m := newMeter(options{python: "python3"})
	m.environment = []string{"ATEN_CPU_CAPABILITY=avx2"}
	if c := m.command(flowPeers[0], "serve"); !slices.Contains(c.Env, "ATEN_CPU_CAPABILITY=avx2") || !slices.Contains(c.Env, "PATH="+os.Getenv("PATH")) {
		t.Errorf("the peer's environment is %q", c.Env)
	}
}

func TestShardsOfProductsRun(t *testing.T) {
	for name, p := range dense(64, 8, 16) {
		if took, err := sharded[float32](p, 2)(3); err != nil || took <= 0 || took > time.Minute {
			t.Errorf("%s: %v, %v", name, took, err)
		}
	}
}

func TestProcessThatNeverEndsIsKilled(t *testing.T) {
	c := exec.Command("sleep", "60")
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip(err)
	}
	if err := within(50*time.Millisecond, c); err == nil || !strings.Contains(err.Error(), "not done within") {
		t.Errorf("got %v, want not done", err)
	}
}

// TestPiecesComplement: a section that is measured in several runs has the newest result of each case.
func TestPiecesComplement(t *testing.T) {
	old := section{Name: "step", Commit: "a", Cases: []result{{Case: "moons", Seconds: 1}, {Case: "wide", Seconds: 2}}}
	fresh := section{Name: "step", Commit: "b", Cases: []result{{Case: "diagonal", Seconds: 4}, {Case: "wide", Seconds: 3}}}
	got := fresh.over(&old)
	want := section{Name: "step", Commit: "a, b", Cases: []result{{Case: "moons", Seconds: 1}, {Case: "wide", Seconds: 3}, {Case: "diagonal", Seconds: 4}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("b over a: %+v, want %+v", got, want)
	}
	if got := fresh.over(nil); !reflect.DeepEqual(got, fresh) {
		t.Errorf("over nothing: %+v, want %+v", got, fresh)
	}
	if got := fresh.over(&got).Commit; got != "a, b" {
		t.Errorf("again: commits %s, want a, b", got)
	}
	old.Notes = []string{"of all cases"}
	if got := fresh.over(&old); len(got.Cases) != 2 {
		t.Errorf("over a section with notes: %+v, want %+v", got, fresh)
	}
}

func TestCPUNameIn(t *testing.T) {
	for cpuinfo, want := range map[string]string{
		"processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\n": "AMD EPYC (family 25, model 17)",
		"processor\t: 0\nBogoMIPS\t: 50.00\n": "unknown",
	} {
		if got := cpuNameIn(cpuinfo); got != want {
			t.Errorf("%q: %q, want %q", cpuinfo, got, want)
		}
	}
}
