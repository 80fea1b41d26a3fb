package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"gaussflow/tabular"
)

// run evaluates every table of a folder and prints the figures: ROC-AUC by log p in the column gaussflow, by log p and the nearest row in
// the column nearest.
func run(ctx context.Context, dir string, seeds int, c tabular.Config, out, progress io.Writer) error {
	if seeds < 1 {
		return fmt.Errorf("-seeds %d: want at least 1", seeds)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.npz"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("-dir %s: no NPZ files there", dir)
	}
	others, columns := readOthers(filepath.Join(dir, "..", "README.md"))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "table\tgaussflow\tnearest\t%slog p\ttheirs\tseconds\n", strings.Join(columns, "\t")+"\t")
	var aucs, nears []float64
	for _, path := range paths {
		o, err := mean(ctx, path, seeds, c, progress)
		if err != nil {
			return err
		}
		aucs, nears = append(aucs, o.auc), append(nears, o.near)
		name := strings.TrimSuffix(filepath.Base(path), ".npz")
		theirs := others[name]
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%s\t%.2f\t%s\t%.1f\n", name, o.auc, o.near, strings.Join(theirs.auc(len(columns)), "\t"), o.median, theirs.logProb(), o.seconds)
	}
	fmt.Fprintf(w, "mean\t%.3f\t%.3f\t%s\n", average(aucs), average(nears), strings.Join(others["mean"].auc(len(columns)), "\t"))
	return w.Flush()
}

// mean is the mean outcome over the seeds.
func mean(ctx context.Context, path string, seeds int, c tabular.Config, progress io.Writer) (outcome, error) {
	t, err := load(path)
	if err != nil {
		return outcome{}, err
	}
	var auc, near, med, sec []float64
	for seed := range seeds {
		o, err := evaluate(ctx, t, uint64(seed), c)
		if err != nil {
			return outcome{}, fmt.Errorf("%s, seed %d: %w", t.name, seed, err)
		}
		fmt.Fprintf(progress, "%s, seed %d: ROC-AUC %.4f, with the nearest row %.4f, median log p %.2f, %.1f s\n", t.name, seed, o.auc, o.near, o.median, o.seconds)
		auc, near, med, sec = append(auc, o.auc), append(near, o.near), append(med, o.median), append(sec, o.seconds)
	}
	return outcome{average(auc), average(near), average(med), average(sec)}, nil
}

func average(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// figures are the cells of a line of the README's table after the name: ROC-AUC by method, then log p of the neural spline
// flow, then its duration in seconds.
type figures []string

func (f figures) auc(n int) []string {
	cells := slices.Repeat([]string{"–"}, n)
	copy(cells, f[:min(n, len(f))])
	return cells
}

func (f figures) logProb() string {
	if len(f) < 2 {
		return "–"
	}
	return f[len(f)-2]
}

// readOthers reads the table of the other methods from the data's README: cells by line, and the methods. Both are
// empty if there is no such file.
func readOthers(path string) (lines map[string]figures, methods []string) {
	lines = map[string]figures{}
	f, err := os.Open(path)
	if err != nil {
		return lines, nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		cells := strings.Split(strings.Trim(s.Text(), "| "), "|")
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " *")
		}
		switch {
		case len(cells) < 4:
		case cells[0] == "table":
			methods = cells[1 : len(cells)-2]
		case methods != nil && isFigure(cells[1]):
			lines[cells[0]] = cells[1:]
		}
	}
	return lines, methods
}

func isFigure(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return err == nil
}
