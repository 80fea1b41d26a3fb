package main

import (
	"fmt"
	"strings"
)

// scaling compares one worker with all, from the section of the steps.
func scaling(m *meter, before *report) (section, error) {
	s := section{Unit: "times faster than 1 worker"}
	steps := before.section("step")
	if steps == nil || m.cores == 1 {
		return s, nil
	}
	single := map[string]float64{}
	for _, r := range steps.Cases {
		name, workers, ok := strings.Cut(r.Who, ", ")
		if !ok || r.Outside || r.Error != "" || !m.wanted("scaling", r.Case) {
			continue
		}
		key := r.Case + name
		if workers == counted(1, "worker") {
			single[key] = r.Seconds
			continue
		}
		r.Ratio, r.Compile = 0, 0
		r.Value = single[key] / r.Seconds
		s.Cases = append(s.Cases, r)
	}
	if len(s.Cases) > 0 {
		s.Notes = []string{fmt.Sprintf("From the training steps above; the machine has %d cores.", m.cores)}
	}
	return s, nil
}

// parts are the parts of a case's name.
func parts(name string) []string { return strings.Split(name, "/") }
