package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/internal/hdf5"
)

// fromKeras makes a model from weights that Keras has saved.
func fromKeras(c *cobra.Command, weights, output string, config flows.KerasConfig) error {
	if config.Activation != "" {
		if err := config.Activation.Validate(); err != nil {
			return usage(c, fmt.Errorf("--activation %s, want relu, tanh, silu or gelu", config.Activation))
		}
	}
	if err := new(paths).reads("--from-keras", weights).writes("--output", output).check(c); err != nil {
		return err
	}
	read := kerasH5
	if filepath.Ext(weights) == ".npz" {
		read = kerasNPZ
	}
	arrays, err := read(weights)
	if err != nil {
		return err
	}
	flow, err := flows.FromKeras(arrays, config)
	if err != nil {
		return in(weights, errors.Unwrap(err)) // drop the name of the function
	}
	return flow.Save(output)
}

// maxKeras is the largest size of a weights file, far more than a flow has.
const maxKeras = 1 << 30

// kerasH5 reads a file written by save_weights.
func kerasH5(path string) (weights []flows.KerasWeight, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxKeras+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxKeras {
		return nil, &data.FormatError{File: path, What: fmt.Sprintf("is larger than %d bytes, which no weights of a flow are", maxKeras)}
	}
	datasets, err := hdf5.Read(raw)
	if err != nil {
		return nil, &data.FormatError{File: path, What: err.Error()}
	}
	for _, d := range datasets {
		weights = append(weights, flows.KerasWeight{Name: d.Path, Shape: d.Shape, Values: d.Values})
	}
	return weights, nil
}

// kerasNPZ reads a file written by numpy.savez from get_weights.
func kerasNPZ(path string) (weights []flows.KerasWeight, err error) {
	archive, err := zip.OpenReader(path)
	var system *fs.PathError
	if errors.As(err, &system) {
		return nil, err
	}
	if err != nil {
		return nil, &data.FormatError{File: path, What: "is a damaged or truncated NPZ file", Err: err}
	}
	defer archive.Close()
	for _, f := range archive.File {
		name := strings.TrimSuffix(f.Name, ".npy")
		table, err := readArray(path, name)
		if err != nil {
			return nil, err
		}
		rows, cols := table.Dims()
		weights = append(weights, flows.KerasWeight{Name: name, Shape: []int{rows, cols}, Values: mat.DenseCopyOf(table).RawMatrix().Data})
	}
	return weights, nil
}

// readArray is an array of an NPZ; a vector becomes one column.
func readArray(path, name string) (mat.Matrix, error) {
	file, err := data.Open(path, data.Options{Key: name, Format: data.NPZ})
	if err != nil {
		return nil, err
	}
	table, err := file.ReadAll()
	if err != nil {
		return nil, err
	}
	return table.X, nil
}
