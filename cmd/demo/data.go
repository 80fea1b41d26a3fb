package main

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// table is data with the true log-density of each row, if that is known.
type table struct {
	x     *mat.Dense
	truth []float64
}

func (t *table) rows() int {
	if t == nil {
		return 0
	}
	n, _ := t.x.Dims()
	return n
}

// load reads or makes the training rows and the held-out ones; the latter may be nil.
func load(o options) (train, heldout *table, err error) {
	if o.data == "" {
		return twoMoons(5000, 0.05, o.seed)
	}
	if train, err = readTable(o.data); err != nil || o.heldout == "" {
		return train, nil, err
	}
	if heldout, err = readTable(o.heldout); err != nil {
		return nil, nil, err
	}
	_, d := train.x.Dims()
	if _, got := heldout.x.Dims(); got != d {
		return nil, nil, fmt.Errorf("%s has %d columns x1, x2, …, want %d as %s", o.heldout, got, d, o.data)
	}
	return train, heldout, nil
}

// readTable reads the columns x1, x2, … and, if it exists, true_log_prob; it ignores all others.
func readTable(path string) (*table, error) {
	f, err := data.Open(path, data.Options{})
	if err != nil {
		return nil, err
	}
	names := leadingColumns(f.Header())
	d := len(names)
	if d < 2 {
		return nil, fmt.Errorf("%s: the header %q has %d columns x1, x2, …, want at least 2", path, f.Header(), d)
	}
	hasTruth := slices.Contains(f.Header(), "true_log_prob")
	if hasTruth {
		names = append(names, "true_log_prob")
	}
	if f, err = f.Select(names...); err != nil {
		return nil, err
	}
	all, err := f.ReadAll()
	if err != nil {
		return nil, err
	}
	t := &table{x: all.X.Slice(0, all.Rows(), 0, d).(*mat.Dense)}
	if hasTruth {
		t.truth = mat.Col(nil, d, all.X)
	}
	return t, nil
}

// leadingColumns are x1, x2, … as far as they are in the header.
func leadingColumns(header []string) []string {
	var names []string
	for d := 1; ; d++ {
		name := fmt.Sprintf("x%d", d)
		if !slices.Contains(header, name) {
			return names
		}
		names = append(names, name)
	}
}
