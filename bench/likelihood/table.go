package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/rows"
)

// A source is a file that holds a table.
type source struct{ name, path string }

var tables = []source{
	{"magic.gamma", "adbench/22_magic.gamma.npz"},
	{"pendigits", "adbench/28_pendigits.npz"},
	{"california_housing", "tables/california_housing.csv.gz"},
}

// A table is a table that has been split, dequantized and standardized.
type table struct {
	name                  string
	train, validate, test *mat.Dense
}

func (t table) dim() int { _, d := t.train.Dims(); return d }

func (t table) rows() (n int) {
	for _, part := range []*mat.Dense{t.train, t.validate, t.test} {
		rows, _ := part.Dims()
		n += rows
	}
	return n
}

// prepare reads the table and makes its three parts.
func (s source) prepare(ctx context.Context, o options) (table, error) {
	f, err := data.Open(filepath.Join(o.dir, s.path), data.Options{})
	if err != nil {
		return table{}, err
	}
	whole, err := f.ReadAll()
	if err != nil {
		return table{}, err
	}
	columns, err := data.Inspect(ctx, whole)
	if err != nil {
		return table{}, err
	}
	x := dequantized(whole.Shuffle(o.seed).X, columns, rand.New(rand.NewPCG(o.seed, 1)))
	n, d := x.Dims()
	if n < 10 {
		return table{}, fmt.Errorf("%s: %d rows, want at least 10", s.path, n)
	}
	train, validate := n*8/10, n*9/10
	standardize(x, train)
	return table{
		name: s.name, train: x.Slice(0, train, 0, d).(*mat.Dense),
		validate: x.Slice(train, validate, 0, d).(*mat.Dense), test: x.Slice(validate, n, 0, d).(*mat.Dense),
	}, nil
}

// dequantized is x without its constant columns, with uniform noise of a grid's step added to columns on a grid: the density of
// repeated numbers is unbounded, and their likelihood means nothing.
func dequantized(x *mat.Dense, columns []data.Column, rng *rand.Rand) *mat.Dense {
	n, _ := x.Dims()
	var kept []int
	for j, c := range columns {
		if !c.Constant() {
			kept = append(kept, j)
		}
	}
	y := mat.NewDense(n, len(kept), nil)
	for i := range n {
		for at, j := range kept {
			y.Set(i, at, x.At(i, j)+columns[j].Quantum*(rng.Float64()-0.5))
		}
	}
	return y
}

// standardize gives the first rows of each column mean 0 and standard deviation 1.
func standardize(x *mat.Dense, count int) {
	n, d := x.Dims()
	for j := range d {
		mean, std := rows.MeanStd(mat.Col(nil, j, x)[:count])
		for i := range n {
			x.Set(i, j, (x.At(i, j)-mean)/std)
		}
	}
}
