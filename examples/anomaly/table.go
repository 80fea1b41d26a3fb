package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"
)

// table is a labelled table.
type table struct {
	name    string
	x       *mat.Dense
	anomaly []bool
}

// load reads the arrays X and y of an NPZ file.
func load(path string) (*table, error) {
	f, err := npz.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x, shape, err := numbers(f, "X.npy")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	y, labels, err := numbers(f, "y.npy")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(shape) != 2 || len(labels) != 1 || shape[0] != labels[0] {
		return nil, fmt.Errorf("%s: X is %v and y %v, want rows × features and rows", path, shape, labels)
	}
	t := &table{name: strings.TrimSuffix(filepath.Base(path), ".npz"), x: mat.NewDense(shape[0], shape[1], x)}
	for _, v := range y {
		t.anomaly = append(t.anomaly, v == 1)
	}
	return t, nil
}

// numbers reads a numeric array, row by row, and its shape.
func numbers(f *npz.Reader, name string) (values []float64, shape []int, err error) {
	h := f.Header(name)
	if h == nil {
		return nil, nil, fmt.Errorf("no array %s", strings.TrimSuffix(name, ".npy"))
	}
	switch h.Descr.Type {
	case "<f8":
		err = f.Read(name, &values)
	case "<f4":
		values, err = widen[float32](f, name)
	case "<i8":
		values, err = widen[int64](f, name)
	case "<i4":
		values, err = widen[int32](f, name)
	case "|u1":
		values, err = widen[uint8](f, name)
	default:
		err = fmt.Errorf("array %s of type %q, want <f8, <f4, <i8, <i4 or |u1", name, h.Descr.Type)
	}
	if h.Descr.Fortran && len(h.Descr.Shape) == 2 {
		values = transposed(values, h.Descr.Shape[0], h.Descr.Shape[1])
	}
	return values, h.Descr.Shape, err
}

func widen[T float32 | int64 | int32 | uint8](f *npz.Reader, name string) ([]float64, error) {
	var narrow []T
	if err := f.Read(name, &narrow); err != nil {
		return nil, err
	}
	wide := make([]float64, len(narrow))
	for i, v := range narrow {
		wide[i] = float64(v)
	}
	return wide, nil
}

// transposed converts values in column order to row order.
func transposed(v []float64, rows, cols int) []float64 {
	out := make([]float64, 0, len(v))
	for i := range rows {
		for j := range cols {
			out = append(out, v[j*rows+i])
		}
	}
	return out
}
