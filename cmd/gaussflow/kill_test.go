//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
)

// TestKillAndResume: a fit that is killed or interrupted at several calls on the disk, and resumed each time, writes the
// same bytes as a fit that ran through.
func TestKillAndResume(t *testing.T) {
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	args := func(output string) []string {
		return []string{"fit", filepath.Join(folder, "moons.csv"), "-o", output,
			"--epochs", "40", "--hidden", "16", "--batch", "64", "--seed", "4", "--workers", "2"}
	}
	whole, killed := filepath.Join(t.TempDir(), "whole.gflow"), filepath.Join(t.TempDir(), "killed.gflow")
	counter := &faults.System{}
	restore := files.SetSystem(counter)
	code, stderr := runIn(t, folder, args(whole))
	restore()
	if code != exitOK {
		t.Fatal(stderr)
	}
	for i, share := range []float64{0.1, 0.2, 0.3, 0.2, 0.1} {
		death := []syscall.Signal{syscall.SIGKILL, syscall.SIGINT}[i%2]
		c := signalled(int(share*float64(counter.Calls)), death)
		c.Args = append(c.Args, append(args(killed), "--resume")...)
		if err := c.Run(); (err == nil) == (death == syscall.SIGKILL) {
			t.Fatalf("%v: %v", death, err)
		}
	}
	mustRun(t, exec.Command("gaussflow", append(args(killed), "--resume")...))
	if a, b := read(t, whole), read(t, killed); !bytes.Equal(a, b) {
		t.Error("the model differs from that of a fit that was not killed")
	}
	if left := names(t, filepath.Dir(killed)); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
}

// hear makes the programs that this one starts receive all signals in deaths. If the test itself was started to ignore a
// signal, as under nohup or in the background of a shell, its children would inherit that; a signal that is listened to is
// not ignored in children.
var hear = sync.OnceFunc(func() {
	for _, s := range deaths {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
})

// signalled is the tool without arguments, which sends itself the signals at a call on the disk.
func signalled(call int, signals ...syscall.Signal) *exec.Cmd {
	hear()
	text := fmt.Sprint(call)
	for _, s := range signals {
		text += fmt.Sprintf(" %d", s)
	}
	c := exec.Command("gaussflow")
	c.Env = append(os.Environ(), signalAt+"="+text)
	return c
}

// longFit is a fit that would take minutes, which sends itself signals after its first checkpoints.
func longFit(t *testing.T, signals ...syscall.Signal) (c *exec.Cmd, output string) {
	t.Helper()
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	const call = 30 // checking two outputs takes 6 calls, and a checkpoint about 8
	output, c = filepath.Join(t.TempDir(), "m.gflow"), signalled(call, signals...)
	c.Args = append(c.Args, "fit", filepath.Join(folder, "moons.csv"), "-o", output, "--epochs", "5000", "--patience", "5000", "--hidden", "8")
	return c, output
}

// TestInterruptOnce: after the first SIGINT, SIGTERM or SIGHUP the best model so far is written, and the fit can be resumed.
func TestInterruptOnce(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		c, output := longFit(t, signal)
		var stderr bytes.Buffer
		c.Stderr = &stderr
		if err := c.Run(); err != nil {
			t.Fatalf("%v: %v, want exit code 0: %s", signal, err, &stderr)
		}
		if !bytes.Contains(stderr.Bytes(), []byte("interrupted: the best model so far is written to")) {
			t.Errorf("%v: stderr: %s", signal, &stderr)
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
}

// TestInterruptTwice: a second signal ends the fit at once, without a model.
func TestInterruptTwice(t *testing.T) {
	// two signals of the same kind that come so fast might be merged into one
	c, output := longFit(t, syscall.SIGINT, syscall.SIGTERM)
	wantInterrupted(t, c.Run())
	if _, err := os.Stat(output); err == nil {
		t.Error("there is a model, want none")
	}
}

// TestInterruptScore: in every other command the first signal ends it, also while it waits for input, and no output is left.
func TestInterruptScore(t *testing.T) {
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	output := t.TempDir()
	c := signalled(3, syscall.SIGINT) // the last call of checking the output, after which the command waits for its input
	c.Args = append(c.Args, "score", filepath.Join(folder, "moons.gflow"), "-", "-o", filepath.Join(output, "s.csv"))
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
	wantInterrupted(t, c.Wait())
	if _, err = os.Stat(filepath.Join(output, "s.csv")); err == nil {
		t.Error("half a table is written")
	}
}

// TestNohup: if the program was started with hang-ups ignored, it keeps ignoring them.
func TestNohup(t *testing.T) {
	nohup, err := exec.LookPath("nohup")
	if err != nil {
		t.Fatal(err)
	}
	folder := workFolder(t)
	c := signalled(5, syscall.SIGHUP)
	tool, err := exec.LookPath("gaussflow")
	if err != nil {
		t.Fatal(err)
	}
	c.Path, c.Args = nohup, []string{nohup, tool, "score", "moons.gflow", "moons.csv", "-o", "s.csv"}
	if code, stderr := exitCode(t, c, folder); code != exitOK {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func wantInterrupted(t *testing.T, err error) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
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
