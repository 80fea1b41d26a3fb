package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A machine is where and on what the figures were made.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	System string `json:"system"`
	Commit string `json:"commit"`
	Date   string `json:"date"`
}

func describeMachine() machine {
	return machine{
		CPU: cpuName(), Cores: runtime.GOMAXPROCS(0), System: runtime.GOOS + "/" + runtime.GOARCH,
		Commit: commit(), Date: time.Now().UTC().Format(time.DateOnly),
	}
}

// cpuName is the kernel's word for the processor, or unknown.
func cpuName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// commit is that of the working tree, or unknown.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
