package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// files: no file of a user's is lost.
var files = []line{
	{"A1 fit t.csv --history t.csv, --report t.csv, -o ./t.csv; score -o MODEL", "exit code 0, and the file is gone", func(p *place) (string, bool) {
		p.moons()
		table, model := p.read("t.csv"), p.read("m.gflow")
		codes := []int{p.fit("t.csv", "--history", "t.csv").code, p.fit("t.csv", "--report", "t.csv").code, p.fit("t.csv", "-o", "./t.csv").code,
			p.fit("t.csv", "-o", "n", "--report", "n").code, p.run("score", "m.gflow", "t.csv", "-o", "m.gflow").code}
		same := table == p.read("t.csv") && model == p.read("m.gflow")
		return fmt.Sprintf("exit codes %v, files whole: %v", codes, same), same && !slices.ContainsFunc(codes, func(c int) bool { return c != 2 })
	}},
	{"A2 fit -o DIRECTORY, an output that cannot be written, a Latin-1 column", "found after the training", func(p *place) (string, bool) {
		p.put("big.csv", gaussians(20000, 4, 1))
		p.put("latin.csv", strings.Replace(gaussians(5000, 2, 1), "x1", "gr\xf6\xdfe", 1))
		a, b, c := p.run("fit", "big.csv", "-o", "."), p.run("fit", "big.csv", "-o", "no/m"), p.run("fit", "latin.csv", "-o", "m")
		took := max(a.took, b.took) // c is a fit by now, which trains
		return fmt.Sprintf("exit codes %d %d %d within %.1f s", a.code, b.code, c.code, took.Seconds()), a.code == 1 && b.code == 1 && c.code == 0 && took < 5*time.Second
	}},
	{"A3 score -o over a file of mode 0600", "0644: private rows leak", func(p *place) (string, bool) {
		p.moons()
		p.put("s.csv", "")
		path := filepath.Join(p.folder, "s.csv")
		if err := os.Chmod(path, 0o600); err != nil {
			return err.Error(), false
		}
		r := p.run("score", "m.gflow", "t.csv", "-o", "s.csv")
		info, err := os.Stat(path)
		if err != nil {
			return err.Error(), false
		}
		return info.Mode().Perm().String(), r.code == 0 && info.Mode().Perm() == 0o600 && info.Size() > 0
	}},
	{"A4 a fit with a full disk under --history", "no model", func(p *place) (string, bool) {
		p.moons()
		r := p.fit("t.csv", "-o", "full.gflow", "--history", "/dev/full")
		return fmt.Sprintf("exit code %d, a model: %v", r.code, p.read("full.gflow") != ""), r.code == 1 && p.read("full.gflow") != ""
	}},
	{"A5 evaluate, inspect, help to a full device", "exit code 0", func(p *place) (string, bool) {
		p.moons()
		var codes []int
		for _, args := range [][]string{{"evaluate", "m.gflow", "t.csv"}, {"inspect", "m.gflow"}, {"help"}} {
			c := p.command(args...)
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				return err.Error(), false
			}
			c.Stdout = full
			codes = append(codes, finish(c).code)
			full.Close()
		}
		return fmt.Sprintf("exit codes %v", codes), slices.Equal(codes, []int{1, 1, 1})
	}},
	{"A6 48 kills over every command and format", "116 of 150 leave stray files; half files", goTest("./cmd/gaussflow", "TestKills$|TestInterruptOnce", "-kills", "48")},
	{"A7 every call of the writer fails once", "not tried", goTest("./internal/files", "TestEveryCallFails")},
}
