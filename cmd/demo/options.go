package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gaussflow/graph"
)

// options are the command line.
type options struct {
	out, data, heldout string
	epochs, batch      int
	lr                 float64
	blocks, components int
	hidden             []int
	seed               uint64
	dtype              graph.Dtype
	recipe             string
}

var errHelp = flag.ErrHelp

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{}
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.out, "out", "out", "write figures, index.html and report.json to this `folder`")
	f.StringVar(&o.data, "data", "", "train on columns x1, x2, … of this table `file` (default: two moons, made here)")
	f.StringVar(&o.heldout, "heldout", "", "score the rows of this table `file`, which nothing is fitted or chosen on")
	f.IntVar(&o.epochs, "epochs", 20, "epochs of training; recipe best: at most, 100 unless given")
	f.IntVar(&o.batch, "batch", 512, "rows a step, at most those there are; recipe best: 64 unless given")
	f.Float64Var(&o.lr, "lr", 3e-3, "learning rate of Adam; recipe best: the peak")
	f.IntVar(&o.blocks, "blocks", 4, "blocks of both flows")
	f.IntVar(&o.components, "components", 8, "mixture components a coordinate")
	hidden := f.String("hidden", "32,32", "`widths` of the conditioners' hidden layers")
	f.Uint64Var(&o.seed, "seed", 0, "seed of data, weights, fits and shuffling")
	dtype := f.String("dtype", string(graph.Float64), "float64 or float32")
	f.StringVar(&o.recipe, "recipe", "notebook", "notebook (plain Adam) or best (schedule, weight decay, EMA, early stopping)")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, errHelp
		}
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	if o.recipe == "best" {
		if !given["epochs"] {
			o.epochs = 100
		}
		if !given["batch"] {
			o.batch = 64
		}
	}
	o.dtype = graph.Dtype(*dtype)
	var err error
	if o.hidden, err = parseWidths(*hidden); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	return o, o.validate()
}

func parseWidths(s string) (widths []int, err error) {
	for _, field := range strings.Split(s, ",") {
		w, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || w < 1 {
			return nil, fmt.Errorf("-hidden %q: want positive widths separated by commas", s)
		}
		widths = append(widths, w)
	}
	return widths, nil
}

func (o options) validate() error {
	switch {
	case o.epochs < 1:
		return fmt.Errorf("-epochs %d: want at least 1", o.epochs)
	case o.batch < 1:
		return fmt.Errorf("-batch %d: want at least 1", o.batch)
	case !(o.lr > 0):
		return fmt.Errorf("-lr %g: want a positive number", o.lr)
	case o.blocks < 1 || o.components < 1:
		return fmt.Errorf("-blocks %d -components %d: want at least 1 of each", o.blocks, o.components)
	case o.recipe != "notebook" && o.recipe != "best":
		return fmt.Errorf("-recipe %q: want notebook or best", o.recipe)
	case o.heldout != "" && o.data == "":
		return errors.New("-heldout needs -data: held-out rows must be scaled like the rows trained on")
	}
	return o.dtype.Validate()
}
