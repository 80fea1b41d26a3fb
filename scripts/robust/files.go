package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/tabular"
)

// A file is a table on which a fit once failed, and what is checked of the fit.
type file struct {
	name string
	ask  func(m *tabular.Model) (string, error)
}

var files = []file{
	{"one_1e6.csv", func(m *tabular.Model) (string, error) {
		tails, err := tailsOf(m, 4, 6, 8, 20)
		if err != nil {
			return "", err
		}
		x, err := m.Sample(freshRows, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			return "", err
		}
		a := mat.Col(nil, 0, x)
		slices.Sort(a)
		at := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, a, nil) }
		return fmt.Sprintf("%s; 5–95 %% of samples of a: %.2f to %.2f", tails, at(0.05), at(0.95)), nil
	}},
	{"sentinel.csv", func(m *tabular.Model) (string, error) { return tailsOf(m, 8) }},
	{"wide60_30rows.csv", func(m *tabular.Model) (string, error) {
		x, own := normals(60)(freshRows, rand.New(rand.NewPCG(2, 2)))
		lp, err := m.LogProb(x)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("log p of fresh rows %.2f, truth %.2f; tail ≤ 0.01: %.2f %%", stat.Mean(lp, nil), stat.Mean(own, nil), 100*share(m.TailProbability(lp), 0.01)), nil
	}},
	{"nearconst_rounding.csv", func(m *tabular.Model) (string, error) { return "kept: " + strings.Join(m.Kept(), ", "), nil }},
	{"scale_1e-200.csv", func(m *tabular.Model) (string, error) {
		x, own := scaled(normals(1), 1e-200)(freshRows, rand.New(rand.NewPCG(3, 3)))
		b, ownB := normals(1)(freshRows, rand.New(rand.NewPCG(4, 4)))
		var rows mat.Dense
		rows.Augment(x, b)
		lp, err := m.LogProb(&rows)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("log p of fresh rows %.3f, truth %.3f", stat.Mean(lp, nil), stat.Mean(own, nil)+stat.Mean(ownB, nil)), nil
	}},
	{"copyscaled.csv", func(m *tabular.Model) (string, error) {
		x, err := m.Sample(freshRows, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			return "", err
		}
		off := 0.0
		for i := range freshRows {
			d := x.At(i, 1) - 2.54*x.At(i, 0) - 7
			off = max(off, d, -d)
		}
		return fmt.Sprintf("samples off the line by %.2g at most", off), nil
	}},
}

// tailsOf are the tail probabilities of rows (a, 0).
func tailsOf(m *tabular.Model, a ...float64) (string, error) {
	x := mat.NewDense(len(a), 2, nil)
	x.SetCol(0, a)
	lp, err := m.LogProb(x)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("tails of a = %v: %.3g", a, m.TailProbability(lp)), nil
}

func tryFiles(w *tabwriter.Writer, only, inputs string) error {
	fmt.Fprintln(w, "\nfile\tfamily\tseconds\twhat is asked\twarnings")
	for _, f := range files {
		path := filepath.Join(inputs, f.name)
		if !strings.Contains(f.name, only) {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			fmt.Fprintf(w, "%s\tleft out: it is not in %s\n", f.name, inputs)
			continue
		}
		source, err := data.Open(path, data.Options{})
		if err != nil {
			return err
		}
		table, err := source.ReadAll()
		if err != nil {
			return err
		}
		m, err := tabular.Fit(context.Background(), table.Names, table.X, tabular.Config{DropConstant: true})
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		answer, err := f.ask(m)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		var said []string
		for _, warning := range m.Warnings {
			said = append(said, warning.String())
		}
		fmt.Fprintf(w, "%s\t%s\t%.1f\t%s\t%s\n", f.name, m.Config.Family, m.Training.Seconds, answer, strings.Join(said, " | "))
	}
	return nil
}
