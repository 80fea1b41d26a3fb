package main

import (
	"cmp"
	"slices"
	"strings"
)

// A report is everything that was measured.
type report struct {
	Machine  machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Rounds   int               `json:"rounds"`
	Quick    bool              `json:"quick,omitempty"`
	Sections []section         `json:"sections"`
}

// A section is one table of the report.
type section struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Unit   string   `json:"unit,omitempty"` // unit of Value; "" if there is none
	Cases  []result `json:"cases"`
	Notes  []string `json:"notes,omitempty"`
	Figure string   `json:"figure,omitempty"` // a file beside RESULTS.md
	Commit string   `json:"commit,omitempty"` // the commit at which it was measured
}

// over is s completed with the cases of an older measurement that s lacks, in the older one's order, and with both commits. A
// section with a figure or notes is not completed, because these are about all of its cases.
func (s section) over(old *section) section {
	if old == nil || old.Figure != "" || len(old.Notes)+len(s.Notes) > 0 {
		return s
	}
	fresh, kept := s, false
	s.Cases = nil
	names := old.caseNames()
	for _, name := range fresh.caseNames() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		cases := fresh.of(name)
		if len(cases) == 0 {
			cases, kept = old.of(name), true
		}
		s.Cases = append(s.Cases, cases...)
	}
	if kept {
		commits := strings.Split(old.Commit, ", ")
		if !slices.Contains(commits, s.Commit) {
			commits = append(commits, s.Commit)
		}
		s.Commit = strings.Join(commits, ", ")
	}
	return s
}

// A result is the measurement of one contestant in one case.
type result struct {
	Case    string  `json:"case"` // as "wide/float32"
	Who     string  `json:"who"`
	Outside bool    `json:"outside,omitempty"` // a peer
	Seconds float64 `json:"seconds"`           // median of the laps
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Laps    int     `json:"laps,omitempty"`
	Size    float64 `json:"size,omitempty"` // the size that grows, in a section of a growth
	Compile float64 `json:"compile_seconds,omitempty"`
	Value   float64 `json:"value,omitempty"` // a value in the section's unit
	Ratio   float64 `json:"ratio,omitempty"` // Seconds divided by those of the fastest peer
	Error   string  `json:"error,omitempty"`
}

// fill sets median, least, most and the number of laps.
func (r *result) fill(laps []float64) {
	slices.Sort(laps)
	r.Seconds, r.Least, r.Most, r.Laps = median(laps), laps[0], laps[len(laps)-1], len(laps)
}

// median is the median of sorted numbers, of which there must be at least one.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[n/2] + sorted[(n-1)/2]) / 2
}

// fastest is the fastest result without an error for which keep is true; nil if there is none.
func fastest(results []result, keep func(r result) bool) *result {
	kept := slices.DeleteFunc(slices.Clone(results), func(r result) bool { return r.Error != "" || !keep(r) })
	if len(kept) == 0 {
		return nil
	}
	best := slices.MinFunc(kept, func(a, b result) int { return cmp.Compare(a.Seconds, b.Seconds) })
	return &best
}

// isOurs reports whether r is what a user of this library gets, rather than one of bench's comparisons.
func (r result) isOurs() bool {
	name, _, _ := strings.Cut(r.Who, ",")
	return !r.Outside && name != "composed" && name != "manual" && name != "stock"
}

// relate sets the ratios to the fastest peer.
func relate(results []result) []result {
	best := fastest(results, func(r result) bool { return r.Outside })
	for i := range results {
		if best != nil && results[i].Error == "" {
			results[i].Ratio = results[i].Seconds / best.Seconds
		}
	}
	return results
}

// section is the section with this name, nil if it was left out.
func (r *report) section(name string) *section {
	for i := range r.Sections {
		if r.Sections[i].Name == name {
			return &r.Sections[i]
		}
	}
	return nil
}

// hasFigure reports whether a section shows the figure already.
func (r *report) hasFigure(name string) bool {
	return slices.ContainsFunc(r.Sections, func(s section) bool { return s.Figure == name })
}

// of are the results of one case.
func (s *section) of(name string) (out []result) {
	if s == nil {
		return nil
	}
	for _, r := range s.Cases {
		if r.Case == name {
			out = append(out, r)
		}
	}
	return out
}
