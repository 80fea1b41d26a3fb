package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"gaussflow/graph/kernel"
)

// A machine is the computer and the settings with which the figures were measured.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	System string `json:"system"`
	Set    string `json:"set"`             // the instruction set of our kernels
	Peers  string `json:"peers,omitempty"` // the instruction set to which the peers are restricted, if any
	Commit string `json:"commit"`
	Date   string `json:"date"`
}

func describeMachine(peers string) machine {
	return machine{
		CPU: cpuName(), Cores: runtime.GOMAXPROCS(0), System: runtime.GOOS + "/" + runtime.GOARCH, Set: kernel.Set(), Peers: peers,
		Commit: commit(), Date: time.Now().UTC().Format(time.DateOnly),
	}
}

// kind identifies results that may be compared: it is the processor and the instruction sets that were used.
func (m machine) kind() string {
	name := fmt.Sprintf("%s, kernels in %s", strings.NewReplacer("(R)", "", "(TM)", "").Replace(m.CPU), m.Set)
	if m.Peers != "" {
		name += ", peers held to " + m.Peers
	}
	return name
}

// figure is the file of a figure for this kind.
func (m machine) figure(name string) string { return fmt.Sprintf("%s-%s.png", name, anchor(m.kind())) }

// cpuName is the operating system's name of the processor, with its family and model where that is told, or unknown: rented machines
// give several generations one name.
func cpuName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	return cpuNameIn(string(text))
}

func cpuNameIn(cpuinfo string) string {
	facts := map[string]string{}
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			facts[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	name := cmp.Or(facts["model name"], "unknown")
	if family, model := facts["cpu family"], facts["model"]; family != "" && model != "" {
		name += fmt.Sprintf(" (family %s, model %s)", family, model)
	}
	return name
}

// siblings reports whether several of the cores that the system counts are one physical core, or may be.
func siblings() bool {
	active, err := os.ReadFile("/sys/devices/system/cpu/smt/active")
	return err != nil || strings.TrimSpace(string(active)) != "0"
}

// resident is the memory of this process in bytes; 0 if the system does not tell.
func resident() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var all, pages int
	if _, err := fmt.Sscan(string(text), &all, &pages); err != nil {
		return 0
	}
	return pages * os.Getpagesize()
}

// commit is the commit of the working tree, or unknown.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
