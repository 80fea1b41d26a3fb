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
	"time"

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

// An outcome is the result of one fit.
type outcome struct {
	LogProb    float64 `json:"log_prob"` // mean over the rows that are scored, nats a row
	Error      float64 `json:"error"`    // its standard error
	Parameters int     `json:"parameters"`
	Seconds    float64 `json:"seconds"`
}

// A result is our outcome on a table and, if there is one, the peer's.
type result struct {
	table table
	flow  string
	ours  outcome
	peer  *outcome
}

func (r result) String() string {
	text := fmt.Sprintf("%.3f ± %.3f nats, %.1f s", r.ours.LogProb, r.ours.Error, r.ours.Seconds)
	if r.peer != nil {
		text += fmt.Sprintf("; zuko %.3f ± %.3f nats, %.1f s", r.peer.LogProb, r.peer.Error, r.peer.Seconds)
	}
	return text
}

// page writes the table of a document.
func page(w io.Writer, results []result) error {
	_, err := fmt.Fprintf(w, pageHead, kernel.Set(), time.Now().UTC().Format("2006-01-02"))
	for _, r := range results {
		row := fmt.Sprintf("| %s, %d × %d | %s | %.3f ± %.3f | %d | %.0f |", r.table.name, r.table.rows(), r.table.dim(), r.flow, r.ours.LogProb, r.ours.Error, r.ours.Parameters, r.ours.Seconds)
		if r.peer == nil {
			row += " – | – | – |"
		} else {
			row += fmt.Sprintf(" %.3f ± %.3f | %d | %.0f |", r.peer.LogProb, r.peer.Error, r.peer.Parameters, r.peer.Seconds)
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
batches of 256, from a rate of 1e-3 that falls as a cosine to 0, and go back to the epoch of the best validation loss. ± is the standard
error by the rows that are scored. NSF and MAF have three autoregressive layers of
networks 64, 64 in orders that turn round, NSF splines of eight bins on [−5, 5], MAF scales of at most e^7. The coupling is the default of flows.NewCoupling, from
its warm start.

| table | flow | ours | parameters | s | zuko | parameters | s |
|---|---|---|---|---|---|---|---|
`
