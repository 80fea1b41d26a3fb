// Command likelihood fits flows of the literature to tables, ours beside zuko's with equal size and training, and prints the log p
// that each gives to rows that were not used for any choice:
//
//	go run ./bench/likelihood -dir ../shared/data [-python bench/peers/.venv/bin/python] [-o docs/likelihood.md]
//
// Both sides read the same arrays: the rows of a table are shuffled with a seed; eight tenths are for training, one for validation,
// one is scored. Columns that lie on a grid are dequantized with uniform noise of the grid's step, and columns are standardized by
// the training rows. Without -python only our flows are fitted.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"gaussflow/graph/kernel"
)

type options struct {
	dir, python, output string
	only                *regexp.Regexp
	seed                uint64
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "../shared/data", "`folder` with adbench/22_magic.gamma.npz, adbench/28_pendigits.npz and tables/california_housing.csv.gz")
	flag.StringVar(&o.python, "python", "", "Python with zuko (bench/peers/requirements.txt); none: ours alone")
	flag.StringVar(&o.output, "o", "-", "Markdown `file` to write")
	flag.Uint64Var(&o.seed, "seed", 1, "of the shuffle, the noise and the fits")
	only := flag.String("only", "", "`regular expression` of TABLE/FLOW")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if o.only, err = regexp.Compile(*only); err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "likelihood:", err)
		os.Exit(1)
	}
}

// run fits everything and writes the page at the end.
func run(ctx context.Context, o options) error {
	out := io.Writer(os.Stdout)
	if o.output != "-" {
		f, err := os.Create(o.output)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	var results []result
	for _, source := range tables {
		t, err := source.prepare(ctx, o)
		if err != nil {
			return err
		}
		for _, c := range contestants {
			if !o.only.MatchString(t.name + "/" + c.name) {
				continue
			}
			r, err := c.contest(ctx, t, o)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", t.name, c.name, err)
			}
			fmt.Fprintf(os.Stderr, "%s %s: %s\n", t.name, c.name, r)
			results = append(results, r)
		}
	}
	return page(out, results)
}

// An outcome is the result of one fit, or the mean of some.
type outcome struct {
	LogProb    []float64 `json:"log_prob"` // of the rows that are scored, nats
	Parameters int       `json:"parameters"`
	Seconds    float64   `json:"seconds"`

	fits []float64 // means of the fits that it is the mean of
}

// value is the mean over rows and fits, its standard error by the rows, and the range of the fits.
func (o outcome) value() string {
	return fmt.Sprintf("%s (%.3f to %.3f)", estimate(o.LogProb), slices.Min(o.fits), slices.Max(o.fits))
}

// A result is our outcome on a table and the peer's, which is empty if there is none.
type result struct {
	table table
	flow  string
	ours  outcome
	peer  outcome
}

func (r result) String() string {
	text := fmt.Sprintf("%s nats, %.1f s", r.ours.value(), r.ours.Seconds)
	if r.peer.fits != nil {
		text += fmt.Sprintf("; zuko %s nats, %.1f s; %s more", r.peer.value(), r.peer.Seconds, r.gain())
	}
	return text
}

// gain is by how much ours is above the peer's on the same rows, and on how many of them.
func (r result) gain() string {
	above, gains := 0, make([]float64, len(r.ours.LogProb))
	for i, v := range r.ours.LogProb {
		if gains[i] = v - r.peer.LogProb[i]; gains[i] > 0 {
			above++
		}
	}
	return fmt.Sprintf("%s, on %.0f %%", estimate(gains), 100*float64(above)/float64(len(gains)))
}

// estimate is the mean of values of rows and its standard error.
func estimate(rows []float64) string {
	mean, std := stat.MeanStdDev(rows, nil)
	return fmt.Sprintf("%.3f ± %.3f", mean, stat.StdErr(std, float64(len(rows))))
}

// page writes the table of a document.
func page(w io.Writer, results []result) error {
	_, err := fmt.Fprintf(w, pageHead, kernel.Set(), time.Now().UTC().Format("2006-01-02"), fits, steep)
	for _, r := range results {
		row := fmt.Sprintf("| %s, %d × %d | %s | %s | %d | %.0f |", r.table.name, r.table.rows(), r.table.dim(), r.flow, r.ours.value(), r.ours.Parameters, r.ours.Seconds)
		if r.peer.fits == nil {
			row += " – | – | – | – |"
		} else {
			row += fmt.Sprintf(" %s | %d | %.0f | %s |", r.peer.value(), r.peer.Parameters, r.peer.Seconds, r.gain())
		}
		if err == nil {
			_, err = fmt.Fprintln(w, row)
		}
	}
	return err
}

const pageHead = `# Held-out likelihood beside zuko

Written by ` + "`go run ./bench/likelihood`" + `, kernels in %s, %s. Mean log p of rows that no choice was made on, in nats a row, higher is
better. Both sides read the same arrays: shuffled by a seed, eight tenths to train on, one to choose the epoch by, one to score; ties
dequantized by uniform noise of the grid's step; standardized by the rows to train on. Both train in float32 by Adam, 200 epochs in
batches of 256, from a rate of 1e-3 that falls as a cosine to 0, and go back to the epoch of the best validation loss. Log p is the mean of
%d fits on each side, which differ in their seeds; the range in brackets is that of the fits. ± is the standard error by the rows
that are scored, s the seconds of a fit; *ours − zuko* is of the same rows, and on how many of them it is positive: a few rows far out, which an
affine flow has no density for, may decide a mean. NSF and MAF have three autoregressive layers of networks 64, 64 in orders that turn
round, NSF splines of eight bins on [−5, 5], MAF slopes of at most e^%d a layer, zuko's nearly e^7. The coupling is the default of
flows.NewCoupling, from its warm start.

| table | flow | ours | parameters | s | zuko | parameters | s | ours − zuko |
|---|---|---|---|---|---|---|---|---|
`
