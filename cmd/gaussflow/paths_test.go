//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
)

// exitCode runs the tool in a folder, and returns its exit code and what it wrote to standard error.
func exitCode(t *testing.T, c *exec.Cmd, folder string) (code int, stderr string) {
	t.Helper()
	var text bytes.Buffer
	c.Dir, c.Stderr = folder, &text
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), text.String()
}

// TestStandardStreams: an output that is the same file as another one is also noticed if the shell has opened one of them.
func TestStandardStreams(t *testing.T) {
	folder := workFolder(t)
	before := read(t, filepath.Join(folder, "moons.csv"))
	in, err := os.Open(filepath.Join(folder, "moons.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c := exec.Command("gaussflow", "score", "moons.gflow", "-", "-o", "moons.csv")
	c.Stdin = in
	if code, stderr := exitCode(t, c, folder); code != exitUsage || !strings.Contains(stderr, "--output moons.csv is the same file as standard input DATA") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	out, err := os.OpenFile(filepath.Join(folder, "moons.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c = exec.Command("gaussflow", "score", "moons.gflow", "moons.csv")
	c.Stdout = out
	if code, stderr := exitCode(t, c, folder); code != exitUsage || !strings.Contains(stderr, "standard output - is the same file as DATA moons.csv") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if !bytes.Equal(before, read(t, filepath.Join(folder, "moons.csv"))) {
		t.Error("the table has changed")
	}
}

// TestFullDevice: a command whose output cannot be written fails.
func TestFullDevice(t *testing.T) {
	folder := workFolder(t)
	for _, args := range [][]string{
		{"help"}, {"fit", "--help"}, {"--version"}, {"version"}, {"completion", "bash"}, {"inspect", "moons.gflow"}, {"inspect", "moons.gflow", "--json"},
		{"evaluate", "moons.gflow", "moons.csv"}, {"evaluate", "moons.gflow", "moons.csv", "--json"}, {"score", "moons.gflow", "moons.csv"},
		{"sample", "moons.gflow"}, {"transform", "moons.gflow", "moons.csv"}, {"report", "moons.gflow", "moons.csv"}, {"compare", "moons.csv", "moons.csv"},
		{"score", "moons.gflow", "moons.csv", "-o", "/dev/full"}, {"convert", "moons.gflow", "moons.csv", "-o", "/dev/full"},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip("no full device here:", err)
		}
		c := exec.Command("gaussflow", args...)
		c.Stdout = full
		if code, stderr := exitCode(t, c, folder); code != exitError || !strings.HasPrefix(stderr, "gaussflow: ") {
			t.Errorf("%q: exit code %d: %s", args, code, stderr)
		}
		full.Close()
	}
}

// TestFullHistory: a fit whose history cannot be written still leaves its model, and says what is missing.
func TestFullHistory(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no full device here:", err)
	}
	folder := workFolder(t)
	args := append([]string{"fit", "moons.csv", "-o", "m.gflow", "--history", "/dev/full", "--report", "r.html"}, small...)
	code, stderr := exitCode(t, exec.Command("gaussflow", args...), folder)
	if code != exitError || !strings.Contains(stderr, "--history: ") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	mustRun(t, exec.Command("gaussflow", "inspect", filepath.Join(folder, "m.gflow")))
	if _, err := os.Stat(filepath.Join(folder, "r.html")); err != nil {
		t.Error(err)
	}
}

// TestFullCheckpoint: a fit whose checkpoint can no longer be written still leaves its model, and says what is missing.
func TestFullCheckpoint(t *testing.T) {
	folder := workFolder(t)
	full := &faults.System{Kind: "rename", At: 1, Fault: func() error { return syscall.ENOSPC }}
	restore := files.SetSystem(full)
	code, stderr := runIn(t, folder, append(append([]string{"fit", "moons.csv", "-o", "m.gflow"}, small...), "--epochs", "1"))
	restore()
	if code != exitError || !strings.Contains(stderr, "checkpoint m.gflow.checkpoint could not be kept") || !strings.Contains(stderr, "no space is left on the device") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	mustRun(t, exec.Command("gaussflow", "inspect", filepath.Join(folder, "m.gflow")))
	if got := names(t, folder); len(got) != 3 {
		t.Errorf("the folder holds %q", got)
	}
}

// TestNames: a name that a model file cannot hold is an error before the first epoch, and control characters in names are
// escaped, because a terminal would obey them.
func TestNames(t *testing.T) {
	folder := workFolder(t)
	table := bytes.SplitN(read(t, filepath.Join(folder, "moons.csv")), []byte("\n"), 2)[1]
	fit := func(header string) (code int, stderr string) {
		if err := os.WriteFile(filepath.Join(folder, "t.csv"), append([]byte(header+"\n"), table...), 0o644); err != nil {
			t.Fatal(err)
		}
		return exitCode(t, exec.Command("gaussflow", append([]string{"fit", "t.csv", "-o", "t.gflow", "--history", "h.csv"}, small...)...), folder)
	}
	if code, stderr := fit("gr\u00f6\xdfe,x2"); code != exitError || !strings.Contains(stderr, `\xdfe" is not UTF-8`) {
		t.Errorf("UTF-8 with a byte that is none: exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(folder, "h.csv")); err == nil {
		t.Error("an epoch was trained for a model that cannot be saved")
	}
	if code, stderr := fit("\x1b]0;title\x07\x1b[2J,a\u202eb\u009b2J"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, args := range [][]string{{"inspect", "t.gflow"}, {"inspect", "t.gflow", "--json"}, {"score", "t.gflow", "moons.csv"}} {
		c := exec.Command("gaussflow", args...)
		c.Dir = folder
		out, err := c.CombinedOutput()
		if (err == nil) != (args[0] == "inspect") || bytes.ContainsAny(out, "\x1b\x07\u202e\u009b") {
			t.Errorf("%q: %v: %q", args, err, out)
		}
	}
	// names of files in the messages of every command, and names of columns in a page
	const evil = "\x1b[2J\u202e\x9b2J\r"
	for _, args := range [][]string{
		{"fit", evil}, {"fit", "t.csv", "-o", evil + "/m.gflow"}, {"fit", "t.csv", "-o", "n.gflow", "--report", "no" + evil + "/r.html"},
		{"fit", "t.csv", "--columns", evil, "-o", "n.gflow"}, {"fit", "t.csv", "-o", "n.gflow", "--preset", evil}, {"fit", "t.csv", "--" + evil}, {evil},
		{"score", evil, "t.csv"}, {"score", "t.gflow", evil}, {"evaluate", "t.gflow", evil}, {"evaluate", "t.gflow", "t.csv", "--label", evil},
		{"sample", evil}, {"transform", "t.gflow", evil}, {"inverse", "t.gflow", evil}, {"inspect", evil}, {"report", evil, "t.csv"}, {"help", evil},
	} {
		c := exec.Command("gaussflow", args...)
		c.Dir = folder
		if out, err := c.CombinedOutput(); err == nil && args[0] != "help" || bytes.ContainsAny(out, "\x1b\u202e\r") || bytes.Contains(out, []byte("\x9b")) {
			t.Errorf("%q: %v: %q", args, err, out)
		}
	}
	if code, stderr := exitCode(t, exec.Command("gaussflow", "report", "t.gflow", "t.csv", "-o", "r.html"), folder); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if page := read(t, filepath.Join(folder, "r.html")); bytes.ContainsAny(page, "\x1b\x07\u202e\u009b") || !bytes.Contains(page, []byte(`a\u202eb`)) {
		t.Error("the report has control characters of a column's name, or not its name")
	}
}
