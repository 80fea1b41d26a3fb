// Robust fits tables that are hard for a fit, with default options, draws fresh rows of the same distributions, and prints a table:
// mean log p of the fresh rows beside the true one, the share of them whose tail probability is at most a hundredth, and the fit's
// warnings.
//
//	go run ./scripts/robust [-run wide] [-seeds 3] [-inputs ../shared/data/field]
//
// Every table is drawn here, so that its log-density is known. Files that are missing are skipped, and reported.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"text/tabwriter"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/tabular"
)

func main() {
	only := flag.String("run", "", "try only the laws whose name contains this")
	seeds := flag.Int("seeds", 1, "tables drawn of each law; figures are means over them")
	inputs := flag.String("inputs", "../shared/data/field", "`folder` of the files that failed")
	flag.Parse()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "law\trows\tcolumns\tlog p\ttruth\tgap\ttail ≤ 0.01\tfamily\tseconds\twarnings")
	err := firstOf(tryLaws(w, *only, *seeds), tryFiles(w, *only, *inputs))
	if err = firstOf(err, w.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "robust:", err)
		os.Exit(1)
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// freshRows is how many fresh rows judge a fit.
const freshRows = 10_000

func tryLaws(w *tabwriter.Writer, only string, seeds int) error {
	for _, l := range laws {
		if !strings.Contains(l.name, only) {
			continue
		}
		var logProb, truth, tail, seconds float64
		var m *tabular.Model
		for seed := range seeds {
			rng := rand.New(rand.NewPCG(uint64(seed), 11))
			x, _ := l.rows(l.n, rng)
			if l.spoil != nil {
				l.spoil(x)
			}
			var err error
			if m, err = fit(x, uint64(seed)); err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			fresh, own := l.rows(min(freshRows, 2_000_000/l.d), rng)
			lp, err := m.LogProb(fresh)
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			logProb, truth, seconds = logProb+stat.Mean(lp, nil), truth+stat.Mean(own, nil), seconds+m.Training.Seconds
			tail += share(m.TailProbability(lp), 0.01)
		}
		k := float64(seeds)
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t%.3f\t%+.3f\t%.2f %%\t%s\t%.1f\t%s\n", l.name, l.n, l.d, logProb/k, truth/k, (logProb-truth)/k, 100*tail/k,
			m.Config.Family, seconds/k, said(m))
	}
	return nil
}

func fit(x *mat.Dense, seed uint64) (*tabular.Model, error) {
	_, d := x.Dims()
	names := make([]string, d)
	for j := range names {
		names[j] = fmt.Sprintf("x%d", j+1)
	}
	return tabular.Fit(context.Background(), names, x, tabular.Config{Seed: seed, DropConstant: true})
}

// share is the share of the values that are at most v.
func share(values []float64, v float64) float64 {
	n := 0
	for _, x := range values {
		if x <= v {
			n++
		}
	}
	return float64(n) / float64(len(values))
}

// said are the kinds of warning, with their columns if the table has few.
func said(m *tabular.Model) string {
	var kinds []string
	for _, w := range m.Warnings {
		kinds = append(kinds, string(w.Kind))
	}
	return strings.Join(kinds, ", ")
}
