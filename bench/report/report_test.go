package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bench"
)

func TestRaceTakesMediansAndRelatesThemToTheFastestPeer(t *testing.T) {
	m := newMeter(options{rounds: 5, only: regexp.MustCompile("")})
	laps := []float64{9, 3, 1, 2, 5, 4} // the first is the warm-up
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

func TestReportIsWritten(t *testing.T) {
	dir := t.TempDir()
	cases := []result{{Case: "moons/float32", Who: "fused", Seconds: 1e-3, Least: 1e-3, Most: 2e-3}, {Case: "moons/float32", Who: "JAX, 1 thread", Outside: true, Seconds: 4e-3, Least: 4e-3, Most: 4e-3}}
	r := &report{Rounds: 1, Sections: []section{{Name: "step", Title: "Training step", Cases: relate(cases)}}}
	if err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "| Training step | moons/float32 | fused | 1 ms | JAX, 1 thread | 4 ms | **0.25** |"; !strings.Contains(string(text), want) {
		t.Errorf("RESULTS.md lacks %q:\n%s", want, text)
	}
	if info, err := os.Stat(filepath.Join(dir, "results.png")); err != nil || info.Size() == 0 {
		t.Errorf("results.png: %v", err)
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
