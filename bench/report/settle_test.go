package main

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestTicksCountWork: ticks grow while this process works, and do not for one that has settled.
func TestTicksCountWork(t *testing.T) {
	before, known := ticks(os.Getpid())
	if !known {
		t.Skip("no account of processes here")
	}
	for end := time.Now().Add(10 * time.Second); ; {
		if now, _ := ticks(os.Getpid()); now > before {
			break
		}
		if time.Now().After(end) {
			t.Fatal("ten seconds of work, and no tick")
		}
	}
	c := exec.Command("sleep", "60")
	if err := c.Start(); err != nil {
		t.Skip("no sleep:", err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	settle(c.Process.Pid)
	before, _ = ticks(c.Process.Pid)
	time.Sleep(2 * settleStep)
	if now, _ := ticks(c.Process.Pid); now != before {
		t.Errorf("a process that sleeps: %d ticks, then %d", before, now)
	}
	if _, known := ticks(-1); known {
		t.Error("ticks of no process")
	}
}
