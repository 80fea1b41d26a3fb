package main

import (
	"fmt"
	"os"
	"os/exec"
)

// childVariable makes this program do a single task, so that a whole process of ours can be timed and its memory observed.
const childVariable = "GAUSSFLOW_REPORT_CHILD"

// child is this program started as a process for one task.
func child(work string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), childVariable+"="+work)
	return c, nil
}

// beChild does the task and prints the result.
func beChild(work string) error {
	var rows int
	if work == "run" {
		return wholeRun()
	}
	if _, err := fmt.Sscanf(work, "stream %d", &rows); err != nil {
		return fmt.Errorf("%s = %q, want run, or stream and a number of rows", childVariable, work)
	}
	return streamEpoch(rows)
}
