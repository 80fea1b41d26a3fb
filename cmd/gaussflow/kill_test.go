//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestKillAndResume: a fit that is killed at several moments, and resumed each time, writes the same bytes as one that
// is not.
func TestKillAndResume(t *testing.T) {
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	fit := func(output string, more ...string) *exec.Cmd {
		args := append([]string{"fit", filepath.Join(folder, "moons.csv"), "-o", output,
			"--epochs", "40", "--hidden", "16", "--batch", "64", "--seed", "4", "--workers", "2"}, more...)
		return exec.Command("gaussflow", args...)
	}
	whole, killed := filepath.Join(t.TempDir(), "whole.gflow"), filepath.Join(t.TempDir(), "killed.gflow")
	start := time.Now()
	mustRun(t, fit(whole))
	took := time.Since(start)
	kills := 0
	for moment := 0.3; moment < 0.95; moment += 0.15 {
		c := fit(killed, "--resume")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(moment * float64(took)))
		_ = c.Process.Kill() // it may have ended
		if err := c.Wait(); err != nil {
			kills++
		}
	}
	mustRun(t, fit(killed, "--resume"))
	if kills == 0 {
		t.Skip("the machine is too uneven: every fit ended before it could be killed")
	}
	if a, b := read(t, whole), read(t, killed); !bytes.Equal(a, b) {
		t.Errorf("after %d kills the model differs from that of a fit that was not killed", kills)
	}
	if left, _ := filepath.Glob(killed + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestInterruptOnce: the first interrupt writes the best model so far, and the fit can be resumed.
func TestInterruptOnce(t *testing.T) {
	c, output, stderr := startLongFit(t)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v, want exit code 0: %s", err, stderr)
	}
	if !bytes.Contains(stderr.Bytes(), []byte("interrupted: the best model so far is written to")) {
		t.Errorf("stderr: %s", stderr)
	}
	mustRun(t, exec.Command("gaussflow", "inspect", output))
	if _, err := os.Stat(output + ".checkpoint"); err != nil {
		t.Error(err)
	}
	out, err := exec.Command("gaussflow", append(c.Args[1:], "--seed", "9", "--resume")...).CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("the checkpoint is of another fit: ")) {
		t.Errorf("resumed with another seed: %v: %s", err, out)
	}
}

// TestInterruptTwice: the second interrupt quits.
func TestInterruptTwice(t *testing.T) {
	c, output, _ := startLongFit(t)
	// two of one kind might be taken for one, as they come faster than a hand sends them
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	wantInterrupted(t, c)
	if _, err := os.Stat(output); err == nil {
		t.Error("there is a model, want none")
	}
}

// startLongFit starts a fit that would take minutes, and waits for its first checkpoint.
func startLongFit(t *testing.T) (c *exec.Cmd, output string, stderr *bytes.Buffer) {
	t.Helper()
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	output, stderr = filepath.Join(t.TempDir(), "m.gflow"), &bytes.Buffer{}
	c = exec.Command("gaussflow", "fit", filepath.Join(folder, "moons.csv"), "-o", output, "--epochs", "5000", "--patience", "5000", "--hidden", "8")
	c.Stderr = stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(output + ".checkpoint"); err == nil {
			return c, output, stderr
		}
	}
	_ = c.Process.Kill()
	t.Fatal("a minute has passed without a checkpoint")
	return nil, "", nil
}

// TestInterruptScore: the first interrupt ends any other command, also one that waits for its input, and leaves nothing.
func TestInterruptScore(t *testing.T) {
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	output := t.TempDir()
	c := exec.Command("gaussflow", "score", filepath.Join(folder, "moons.gflow"), "-", "-o", filepath.Join(output, "s.csv"))
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err = c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err = stdin.Write([]byte("x1,x2\n1,2\n")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if err = c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	wantInterrupted(t, c)
	if _, err = os.Stat(filepath.Join(output, "s.csv")); err == nil {
		t.Error("half a table is written")
	}
}

func wantInterrupted(t *testing.T, c *exec.Cmd) {
	t.Helper()
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("%v, want exit code %d", err, exitInterrupted)
	}
}

func mustRun(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", c.Args, err, out)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
