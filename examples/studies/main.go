// Studies runs the small experiments of docs/studies: each prints a table and writes a figure.
//
//	go run ./examples/studies -out docs/studies              # all of them, some minutes
//	go run ./examples/studies -out out -only rotations
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/flows"
)

func main() {
	out := flag.String("out", "out", "folder of the figures")
	only := flag.String("only", "", "one study: layers, coupling, warm-start, convergence, rotations or marginals")
	small := flag.Bool("small", false, "few rows and epochs, to see whether it runs")
	flag.Parse()
	if err := run(os.Stdout, *out, *only, *small); err != nil {
		log.Fatal(err)
	}
}

// A bench is the data of the studies: two moons, with rows for fitting and rows for judging, standardized by their distribution's
// mean and standard deviation.
type bench struct {
	w          io.Writer
	out        string
	fit, judge *mat.Dense
	truth      float64 // mean true log-density of the rows in judge
	epochs     int
	blocks     int
}

type study struct {
	name string
	run  func(b *bench) error
}

var all = []study{{"layers", layers}, {"coupling", coupling}, {"warm-start", warmStart}, {"convergence", convergence}, {"rotations", rotations}, {"marginals", marginals}}

func run(w io.Writer, out, only string, small bool) error {
	if !slices.ContainsFunc(all, func(s study) bool { return only == "" || s.name == only }) {
		return fmt.Errorf("there is no study %q", only)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	rows, epochs, blocks := 5000, 40, 40
	if small {
		rows, epochs, blocks = 300, 2, 3
	}
	b, err := newBench(w, out, rows)
	if err != nil {
		return err
	}
	b.epochs, b.blocks = epochs, blocks
	for _, s := range all {
		if only != "" && s.name != only {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", s.name)
		if err := s.run(b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func newBench(w io.Writer, out string, rows int) (*bench, error) {
	of, err := data.ToyDistribution("moons")
	if err != nil {
		return nil, err
	}
	fit, err := data.Toy("moons", rows, 1)
	if err != nil {
		return nil, err
	}
	judge, err := data.Toy("moons", rows, 2)
	if err != nil {
		return nil, err
	}
	logProb, err := data.LogProb(of, judge.X)
	if err != nil {
		return nil, err
	}
	b := &bench{w: w, out: out, fit: fit.X, judge: judge.X, truth: stat.Mean(logProb, nil)}
	for j := range 2 { // standardize by the rows for fitting
		mean, std := stat.MeanStdDev(mat.Col(nil, j, b.fit), nil)
		for _, x := range []*mat.Dense{b.fit, b.judge} {
			n, _ := x.Dims()
			for i := range n {
				x.Set(i, j, (x.At(i, j)-mean)/std)
			}
		}
		b.truth += logOf(std)
	}
	return b, nil
}

// score is the mean log-density of the rows for judging.
func (b *bench) score(f *flows.Flow) (float64, error) {
	logProb, err := f.LogProb(b.judge)
	if err != nil {
		return 0, err
	}
	return stat.Mean(logProb, nil), nil
}

func (b *bench) path(name string) string { return filepath.Join(b.out, name+".png") }
