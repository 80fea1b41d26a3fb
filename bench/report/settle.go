package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	settleStep = 20 * time.Millisecond // longer than the resolution of the system's accounting
	settleMost = time.Second
)

// settle waits until a process uses no more processor time. Threads of OpenBLAS, OpenMP and the like spin for a while
// after their work, on cores that the next contestant needs.
func settle(pid int) {
	before, busy := ticks(pid)
	for end := time.Now().Add(settleMost); busy && time.Now().Before(end); {
		time.Sleep(settleStep)
		now, _ := ticks(pid)
		busy = now != before
		before = now
	}
}

// ticks is the processor time of all threads of a process, in the system's unit; known is false if the system does not
// tell.
func ticks(pid int) (total int, known bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before it may contain anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, false
	}
	var user, system int
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0, false
	}
	return user + system, true
}
