package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"gonum.org/v1/gonum/mat"
)

// table is data with, where it is known, the true log-density of each row.
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

// load reads or makes the rows to train on and the held-out ones, which may be absent.
func load(o options) (train, heldout *table, err error) {
	if o.data == "" {
		train, heldout = twoMoons(5000, 0.05, o.seed)
		return train, heldout, nil
	}
	if train, err = readCSV(o.data); err != nil || o.heldout == "" {
		return train, nil, err
	}
	if heldout, err = readCSV(o.heldout); err != nil {
		return nil, nil, err
	}
	_, d := train.x.Dims()
	if _, got := heldout.x.Dims(); got != d {
		return nil, nil, fmt.Errorf("%s has %d columns x1, x2, …, want %d as %s", o.heldout, got, d, o.data)
	}
	return train, heldout, nil
}

// readCSV reads the columns x1, x2, … and, where there is one, true_log_prob; it ignores all others.
func readCSV(path string) (*table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header: %w", path, err)
	}
	position := map[string]int{}
	for j, name := range header {
		position[name] = j
	}
	var columns []int
	for d := 1; ; d++ {
		j, ok := position[fmt.Sprintf("x%d", d)]
		if !ok {
			break
		}
		columns = append(columns, j)
	}
	if len(columns) < 2 {
		return nil, fmt.Errorf("%s: the header %q has %d columns x1, x2, …, want at least 2", path, header, len(columns))
	}
	truthAt, hasTruth := position["true_log_prob"]
	t := &table{}
	var values []float64
	for row := 1; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		cell := func(j int) float64 {
			v, e := strconv.ParseFloat(record[j], 64)
			if (e != nil || math.IsNaN(v) || math.IsInf(v, 0)) && err == nil {
				err = fmt.Errorf("%s: row %d, column %s: %q is not a finite number", path, row, header[j], record[j])
			}
			return v
		}
		for _, j := range columns {
			values = append(values, cell(j))
		}
		if hasTruth {
			t.truth = append(t.truth, cell(truthAt))
		}
		if err != nil {
			return nil, err
		}
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("%s: no rows", path)
	}
	t.x = mat.NewDense(len(values)/len(columns), len(columns), values)
	return t, nil
}
