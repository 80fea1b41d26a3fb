package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// results are the reports for all kinds of processors that were measured, in the order in which they were added.
type results struct {
	Kinds []*report `json:"kinds"`
}

// readResults reads results.json in a folder; without such a file there are no reports.
func readResults(dir string) (all *results, err error) {
	path := filepath.Join(dir, "results.json")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &results{}, nil
	}
	if err != nil {
		return nil, err
	}
	all = &results{}
	if err := json.Unmarshal(text, all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(all.Kinds) == 0 || slices.Contains(all.Kinds, nil) {
		return nil, fmt.Errorf("%s: no reports of kinds of processors", path)
	}
	return all, nil
}

// of is the report for a kind, nil if there is none.
func (all *results) of(kind string) *report {
	for _, r := range all.Kinds {
		if r.Machine.kind() == kind {
			return r
		}
	}
	return nil
}

// put adds a report, or replaces the one for its kind.
func (all *results) put(r *report) {
	for i, old := range all.Kinds {
		if old.Machine.kind() == r.Machine.kind() {
			all.Kinds[i] = r
			return
		}
	}
	all.Kinds = append(all.Kinds, r)
}

// write writes all reports, and the figures of the new one.
func (all *results) write(dir string, r *report) error {
	all.put(r)
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "results.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	if err := r.draw(filepath.Join(dir, r.Machine.figure("results"))); err != nil {
		return err
	}
	if err := r.drawGrowths(filepath.Join(dir, r.Machine.figure("linear"))); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "RESULTS.md"), []byte(all.markdown()), 0o644)
}

// markdown is the content of RESULTS.md.
func (all *results) markdown() string {
	var b strings.Builder
	b.WriteString("# Results\nMade by `go run ./bench/report`, a part for each kind of processor and set of kernels that it was run on; every figure is in [results.json](results.json). What was tried and lost: [TRIED.md](TRIED.md).\n\n")
	if len(all.Kinds) > 1 {
		for _, r := range all.Kinds {
			fmt.Fprintf(&b, "- [%s](#%s)\n", r.Machine.kind(), anchor(r.Machine.kind()))
		}
		b.WriteString("\n")
	}
	for _, r := range all.Kinds {
		b.WriteString(r.markdown())
	}
	return b.String()
}

// anchor is the fragment by which a heading is linked: lower case, hyphens for spaces, no other signs.
func anchor(heading string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z':
			return c
		}
		return -1
	}, strings.ToLower(heading))
}
