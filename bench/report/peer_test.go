package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPeerThatNeverAnswersIsKilled: a shell script takes the place of the Python peer. It is not asked again for the work at
// which it hangs, but for that of other shapes.
func TestPeerThatNeverAnswersIsKilled(t *testing.T) {
	script := filepath.Join(t.TempDir(), "python")
	text := "#!/bin/sh\necho '{\"ready\": true}'\nwhile read line; do case $line in *hang*) sleep 60;; *) echo '{\"seconds\": 2}';; esac; done\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	m := newMeter(options{python: script, limit: 200 * time.Millisecond})
	defer m.close()
	k := kind{label: "shell", script: "none"}
	t.Chdir(filepath.Join("..", ".."))
	if _, err := m.peer(k); err != nil {
		t.Skip("no shell:", err)
	}
	start := time.Now()
	if _, err := m.ask(k, request{Shape: "hang"}); err == nil || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("got %v, want no answer", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if _, err := m.ask(k, request{Shape: "hang"}); err == nil || !strings.Contains(err.Error(), "not asked again") {
		t.Errorf("got %v, want not asked again", err)
	}
	if r, err := m.ask(k, request{Shape: "moons"}); err != nil || r.Seconds != 2 {
		t.Errorf("another shape: %+v, %v", r, err)
	}
}
