package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// markdown is the part for a kind of processor.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n", r.Machine.kind())
	fmt.Fprintf(&b, "%d cores, %s, commit %s, %s. Medians of up to %d laps, interleaved; ± is half the range.\n\n", r.Machine.Cores, r.Machine.System, r.Machine.Commit, r.Machine.Date, r.Rounds)
	if r.Quick {
		b.WriteString("**Made with -quick: these figures are only good for seeing that the program works.**\n\n")
	}
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		versions = append(versions, name+" "+r.Versions[name])
	}
	fmt.Fprintf(&b, "Versions: %s.\n\n", strings.Join(versions, ", "))
	if len(r.groups()) > 0 {
		fmt.Fprintf(&b, "![Time of each peer over ours, by work and shape](%s)\n\n", r.Machine.figure("results"))
	}
	b.WriteString(r.summary())
	for _, s := range r.Sections {
		b.WriteString(s.markdown(r.Machine.Commit))
	}
	return b.String()
}

// summary compares the library at its best with the fastest peer wherever there is one.
func (r *report) summary() string {
	var rows [][]string
	for _, s := range r.Sections {
		for _, name := range s.caseNames() {
			ours := fastest(s.of(name), result.isOurs)
			theirs := fastest(s.of(name), func(r result) bool { return r.Outside })
			if ours == nil || theirs == nil {
				continue
			}
			rows = append(rows, []string{s.Title, name, ours.Who, duration(ours.Seconds), theirs.Who, duration(theirs.Seconds), "**" + number(ours.Ratio) + "**"})
		}
	}
	if len(rows) == 0 {
		return ""
	}
	return "### Ours beside the fastest peer\nOurs is the fused graph, a kernel or a fit, at its best number of workers. Ratio: our time over theirs; below 1 we are faster.\n\n" + table([]string{"work", "case", "ours", "time", "fastest peer", "time", "ratio"}, rows)
}

// markdown is the part for a section, in a report made at a commit.
func (s section) markdown(commit string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n", s.Title)
	if s.Commit != "" && s.Commit != commit {
		fmt.Fprintf(&b, "Measured at commit %s.\n", s.Commit)
	}
	for _, note := range s.Notes {
		fmt.Fprintf(&b, "%s\n", note)
	}
	b.WriteString("\n")
	if s.Figure != "" {
		fmt.Fprintf(&b, "![%s](%s)\n\n", s.Title, s.Figure)
	}
	head := []string{"case", "contestant", "median", "±", "laps"}
	compiled := slices.ContainsFunc(s.Cases, func(r result) bool { return r.Compile > 0 })
	related := slices.ContainsFunc(s.Cases, func(r result) bool { return r.Ratio > 0 })
	if related {
		head = append(head, "over the fastest peer")
	}
	if s.Unit != "" {
		head = append(head, s.Unit)
	}
	if compiled {
		head = append(head, "compilation")
	}
	var rows [][]string
	for _, r := range s.Cases {
		row := r.row(related, s.Unit != "")
		if compiled && r.Compile > 0 {
			row = append(row, duration(r.Compile))
		}
		rows = append(rows, row)
	}
	return b.String() + table(head, rows)
}

// row is the table row of a result, or of what went wrong.
func (r result) row(related, valued bool) []string {
	if r.Error != "" {
		return []string{r.Case, r.Who, "– " + strings.ReplaceAll(r.Error, "|", "\\|")}
	}
	row := []string{r.Case, r.Who, duration(r.Seconds), fmt.Sprintf("%.0f %%", 50*(r.Most-r.Least)/r.Seconds), count(r.Laps)}
	if related {
		row = append(row, number(r.Ratio))
	}
	if valued {
		row = append(row, number(r.Value))
	}
	return row
}

// caseNames are the cases in order, without repetitions.
func (s section) caseNames() (names []string) {
	for _, r := range s.Cases {
		if !slices.Contains(names, r.Case) {
			names = append(names, r.Case)
		}
	}
	return names
}

// table is a Markdown table; rows may be shorter than the head.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, row := range rows {
		line(append(row, slices.Repeat([]string{""}, len(head)-len(row))...))
	}
	return b.String() + "\n"
}

// duration writes seconds with three digits.
func duration(seconds float64) string {
	switch {
	case seconds < 0:
		return "−" + duration(-seconds)
	case seconds >= 1:
		return fmt.Sprintf("%.3g s", seconds)
	case seconds >= 1e-3:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	case seconds >= 1e-6:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	}
	return fmt.Sprintf("%.3g ns", seconds*1e9)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func number(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.3g", v)
}
