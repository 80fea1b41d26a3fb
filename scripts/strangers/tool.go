package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gaussflow/data"
)

// A run is what happened in one call of the tool.
type run struct {
	code           int
	stdout, stderr string
	took           time.Duration
	peak           int64 // resident bytes; 0 if the system does not tell
}

// said is the first line of standard error.
func (r run) said() string { l, _, _ := strings.Cut(r.stderr, "\n"); return l }

// line is line n of standard output, from 0; "" if there are fewer.
func (r run) line(n int) string {
	lines := strings.Split(r.stdout, "\n")
	return lines[min(n, len(lines)-1)]
}

// command is a call of the tool in the line's folder.
func (p *place) command(args ...string) *exec.Cmd {
	c := exec.Command(p.tool, args...)
	c.Dir = p.folder
	return c
}

func (p *place) run(args ...string) run { return finish(p.command(args...)) }

func finish(c *exec.Cmd) run {
	var stdout, stderr bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &stdout
	}
	c.Stderr = &stderr
	begin := time.Now()
	err := c.Run()
	r := run{stdout: stdout.String(), stderr: stderr.String(), took: time.Since(begin), peak: peakOf(c)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r.code = exit.ExitCode()
	} else if err != nil {
		r.code, r.stderr = -1, err.Error()
	}
	return r
}

// fast are flags for a fit that takes only a moment.
var fast = []string{"--preset", "fast", "--hidden", "8", "--epochs", "2", "--seed", "1", "-q"}

// fit fits quickly to a file; the model is "m.gflow".
func (p *place) fit(table string, more ...string) run {
	return p.run(append(append([]string{"fit", table, "-o", "m.gflow"}, fast...), more...)...)
}

// input is the path of one of the files that once failed.
func (p *place) input(name string) string {
	path := filepath.Join(p.inputs, name)
	if _, err := os.Stat(path); err != nil {
		p.leftOut = name + " is not there"
	}
	return path
}

func (p *place) put(name, text string) {
	if err := os.WriteFile(filepath.Join(p.folder, name), []byte(text), 0o666); err != nil {
		panic(err)
	}
}

func (p *place) read(name string) string {
	raw, err := os.ReadFile(filepath.Join(p.folder, name))
	if err != nil {
		return ""
	}
	return string(raw)
}

// moons writes a table and a model of it to the folder.
func (p *place) moons() {
	t, err := data.Toy("moons", 300, 1)
	if err == nil {
		err = t.Write(filepath.Join(p.folder, "t.csv"))
	}
	if err != nil {
		panic(err)
	}
	p.fit("t.csv")
}

// column is a column of a CSV text.
func column(text, name string) (values []float64) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	at := -1
	for j, n := range strings.Split(lines[0], ",") {
		if n == name {
			at = j
		}
	}
	for _, l := range lines[1:] {
		v := math.NaN()
		if cells := strings.Split(l, ","); at >= 0 && at < len(cells) {
			v, _ = strconv.ParseFloat(cells[at], 64)
		}
		values = append(values, v)
	}
	return values
}

// spread measures values relative to the first one, to which they may be close.
func spread(v []float64) float64 {
	shifted := make([]float64, len(v))
	for i, x := range v {
		shifted[i] = x - v[0]
	}
	center, square := mean(shifted), 0.0
	for _, x := range shifted {
		square += (x - center) * (x - center) / float64(len(v))
	}
	return math.Sqrt(square)
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}

// goTest runs tests of the repository, for a line that one of them tries.
func goTest(pkg, pattern string, args ...string) func(p *place) (string, bool) {
	return func(p *place) (string, bool) {
		if !p.tests {
			p.leftOut = pkg + " " + pattern
			return "", false
		}
		c := exec.Command("go", append([]string{"test", pkg, "-count=1", "-v", "-run", pattern}, args...)...)
		out, err := c.CombinedOutput()
		passed := strings.Count(string(out), "\n--- PASS") + strings.Count(string(out)[:min(9, len(out))], "--- PASS")
		return fmt.Sprintf("%s %s: %d tests pass", pkg, pattern, passed), err == nil && passed > 0
	}
}

// refused checks the exit code and a text on standard error.
func refused(r run, code int, text string) (string, bool) {
	return fmt.Sprintf("%d: %s", r.code, r.said()), r.code == code && strings.Contains(r.stderr, text)
}
