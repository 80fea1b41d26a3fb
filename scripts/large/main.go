// Large writes a table of any number of rows, with ten dependent columns of known distributions, to check claims about tables
// larger than memory. It streams; the same seed makes the same rows on any number of processors.
//
//	go run ./scripts/large [-rows 100000000] [-seed 0] -o out/large.parquet
//
// The path's name determines the format and the compression: .parquet, .csv, .csv.gz, .npy.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"gaussflow/data"
	"gaussflow/internal/pipeline"
)

func main() {
	n := flag.Int("rows", 100_000_000, "rows to write")
	seed := flag.Uint64("seed", 0, "of the draws")
	output := flag.String("o", "", "the table's `file`")
	flag.Parse()
	if err := write(*output, *n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "large:", err)
		os.Exit(1)
	}
}

// columns are the names, and how a value is made from each number drawn: prices in cents, whole numbers and counts beside
// continuous values.
var columns = []struct {
	name   string
	margin data.Margin
	made   func(float64) float64
}{
	{"income", data.LogNormal{}, func(v float64) float64 { return math.Round(30_000*100*v) / 100 }},
	{"age", data.Uniform{}, func(v float64) float64 { return 18 + math.Floor(70*v) }},
	{"height", data.Laplace{}, same},
	{"visits", data.Exponential{}, func(v float64) float64 { return math.Floor(4 * v) }},
	{"share", data.Uniform{}, same},
	{"score", data.Bimodal{}, same},
	{"balance", data.Laplace{}, func(v float64) float64 { return math.Round(1000*v) / 10 }},
	{"wait", data.Exponential{}, same},
	{"size", data.LogNormal{}, same},
	{"grade", data.Uniform{}, func(v float64) float64 { return math.Floor(20 * v) }},
}

func same(v float64) float64 { return v }

// blockRows is how many rows are drawn together, from a seed of their own.
const blockRows = 1 << 14

// A block is consecutive rows with the block's number.
type block struct {
	at     int
	values []float64
}

func write(path string, n int, seed uint64) error {
	names, margins := make([]string, len(columns)), make([]data.Margin, len(columns))
	for j, c := range columns {
		names[j], margins[j] = c.name, c.margin
	}
	law, err := data.NewCopula(0.6, margins...)
	if err != nil {
		return err
	}
	w, err := data.Create(path, names)
	if err != nil {
		return err
	}
	defer w.Discard()
	at := 0
	next := func() (block, error) {
		rows := min(n-at*blockRows, blockRows)
		if rows <= 0 {
			return block{}, io.EOF
		}
		at++
		return block{at, make([]float64, rows*len(columns))}, nil
	}
	err = pipeline.Run(context.Background(), next,
		func(b block) error { return b.draw(law, seed) },
		func(b block) error { return w.Write(b.values) })
	if err != nil {
		return err
	}
	return w.Close()
}

func (b block) draw(law data.Distribution, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, uint64(b.at)))
	for row := b.values; len(row) > 0; row = row[len(columns):] {
		law.Rand(rng, row[:len(columns)])
		for j, c := range columns {
			row[j] = c.made(row[j])
		}
	}
	return nil
}
