//go:build linux

package main

import (
	"os/exec"
	"syscall"
)

// peakOf is the largest memory of a command.
func peakOf(c *exec.Cmd) int64 {
	if c.ProcessState == nil {
		return 0
	}
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss) << 10
}
