package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"gaussflow/drift"
	"gaussflow/internal/counted"
	"gaussflow/internal/visible"
)

// mostListed is how many columns and pairs are printed; --json has all of them.
const mostListed = 30

// printDrift prints how two tables differ, beginning with the answer.
func printDrift(out io.Writer, r *drift.Result) {
	out = visible.Writer{Writer: out}
	fmt.Fprintf(out, "%s p %s (%s)\n", r.Verdict(), r.Say(r.P), counted.Of(r.Draws, "draw"))
	if r.Apart != nil {
		fmt.Fprintf(out, "Rows are told apart in %.1f %% ± %.1f %% of cases (50 %%: not at all, 100 %%: always)\n", 100*r.Apart.AUC, 100*r.Apart.SE)
	}
	for side, t := range r.Tables {
		fmt.Fprintf(out, "%s: %s%s\n", r.Names[side], counted.Of(t.Rows, "row"), looked(t))
	}
	printMoved(out, r)
	printPairs(out, r)
	for side, name := range r.Names {
		if alone := r.OnlyIn[side]; len(alone) > 0 {
			fmt.Fprintf(out, "\nOnly in %s: %s\n", name, quoted(namesOf(alone)))
		}
	}
	if len(r.LeftOut) > 0 {
		fmt.Fprintln(out, "\nNot compared:")
		for _, l := range r.LeftOut {
			fmt.Fprintf(out, "  %s %s\n", inCell(l.Name), l.Why)
		}
	}
	for _, odd := range r.Oddities() {
		fmt.Fprintf(out, "\n%s\n", inCell(odd))
	}
}

func looked(t drift.Side) string {
	if t.Kept == t.Rows {
		return ""
	}
	return fmt.Sprintf(", %d of them looked at, drawn evenly", t.Kept)
}

// printMoved prints the columns that moved.
func printMoved(out io.Writer, r *drift.Result) {
	moved := r.Moved()
	if len(moved) == 0 {
		fmt.Fprintf(out, "\nNo column moved by itself so that it would be seen, of %d.\n", len(r.Columns))
		return
	}
	fmt.Fprintf(out, "\nColumns that moved: %d of %d; p is corrected for that many\n", len(moved), len(r.Columns))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "Column\tp\toff by\t%s → %s\n", inCell(r.Names[0]), inCell(r.Names[1]))
	for _, c := range moved[:min(len(moved), mostListed)] {
		fmt.Fprintf(w, "%s\t%s\t%.1f %%\t%s\n", inCell(c.Name), r.Say(c.Corrected), 100*c.Gap, inCell(c.How))
	}
	w.Flush()
	if more := len(moved) - mostListed; more > 0 {
		fmt.Fprintf(out, "and %d more, which --json lists\n", more)
	}
}

// printPairs prints the pairs that changed although neither column moved, and counts the others.
func printPairs(out io.Writer, r *drift.Result) {
	var alone []drift.Pair
	for _, p := range r.Pairs {
		if p.Alone {
			alone = append(alone, p)
		}
	}
	if others := len(r.Pairs) - len(alone); others > 0 {
		defer fmt.Fprintf(out, "\nPairs that changed their dependence, of which a column moved too: %d, which --json lists\n", others)
	}
	if len(alone) == 0 {
		return
	}
	fmt.Fprintf(out, "\nPairs that changed their dependence though neither column moved: %d of %d; p is corrected for that many\n", len(alone), r.Paired)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, p := range alone[:min(len(alone), mostListed)] {
		fmt.Fprintf(w, "%s\t%s\tp %s\t%s\n", inCell(p.Names[0]), inCell(p.Names[1]), r.Say(p.Corrected), p.Strength())
	}
	w.Flush()
	if more := len(alone) - mostListed; more > 0 {
		fmt.Fprintf(out, "and %d more, which --json lists\n", more)
	}
}

func namesOf(alone []drift.OneSided) (names []string) {
	for _, c := range alone {
		names = append(names, c.Name)
	}
	return names
}
