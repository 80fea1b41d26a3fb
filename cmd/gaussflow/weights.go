package main

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/files"
)

// weight is a parameter with its name in a model file.
type weight struct {
	name string
	*graph.Param
}

func weightsOf(flow *flows.Flow) (w []weight) {
	for _, l := range flow.Layers() {
		for _, p := range l.Layer.Params() {
			w = append(w, weight{l.Name + "." + p.Name, p})
		}
	}
	return w
}

// writeWeights writes an NPZ, a zip of NPY arrays.
func writeWeights(path string, flow *flows.Flow) error {
	return files.Replace(path, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		for _, p := range weightsOf(flow) {
			member, err := archive.Create(p.name + ".npy")
			if err != nil {
				return err
			}
			if _, err = member.Write(p.npyHeader()); err != nil {
				return err
			}
			if err = binary.Write(member, binary.LittleEndian, p.Data()); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

// npyHeader is a header of NPY version 1.0, whose length is a multiple of 64
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
func (w weight) npyHeader() []byte {
	descr := "<f8"
	if w.Dtype() == graph.Float32 {
		descr = "<f4"
	}
	shape := ""
	for _, n := range w.Shape() {
		shape += fmt.Sprintf("%d, ", n)
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, strings.TrimSuffix(shape, " "))
	const before = 10 // bytes of magic, version and length
	for (before+len(text)+1)%64 != 0 {
		text += " "
	}
	text += "\n"
	return append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text))), text...)
}

// readWeights replaces the flow's parameters by the arrays of an NPZ.
func readWeights(path string, flow *flows.Flow) error {
	weights := weightsOf(flow)
	if err := checkNames(path, weights); err != nil {
		return err
	}
	for _, w := range weights {
		if err := w.read(path); err != nil {
			return in(fmt.Sprintf("tensor %q", w.name), err)
		}
	}
	return nil
}

// checkNames reports arrays that are missing, or that belong to no parameter.
func checkNames(path string, weights []weight) error {
	archive, err := zip.OpenReader(path)
	var system *fs.PathError
	if errors.As(err, &system) {
		return err
	}
	if err != nil {
		return &data.FormatError{File: path, What: "is no NPZ file, or a damaged or truncated one", Err: err}
	}
	defer archive.Close()
	var have, want []string
	for _, f := range archive.File {
		have = append(have, strings.TrimSuffix(f.Name, ".npy"))
	}
	for _, w := range weights {
		want = append(want, w.name)
	}
	missing := slices.DeleteFunc(slices.Clone(want), func(n string) bool { return slices.Contains(have, n) })
	extra := slices.DeleteFunc(have, func(n string) bool { return slices.Contains(want, n) })
	if len(missing)+len(extra) > 0 {
		var wrong []string
		if len(missing) > 0 {
			wrong = append(wrong, "arrays that are missing: "+quoted(missing))
		}
		if len(extra) > 0 {
			wrong = append(wrong, "arrays that the model does not have: "+quoted(extra))
		}
		return fmt.Errorf("%s: %s", path, strings.Join(wrong, "; "))
	}
	return nil
}

// read reads the parameter's values from an NPZ.
func (w weight) read(path string) error {
	x, err := readArray(path, w.name)
	if err != nil {
		return err
	}
	rows, cols := x.Dims()
	if want := w.rowsAndCols(); want != [2]int{rows, cols} {
		return fmt.Errorf("%s: its shape is %d×%d, want %d×%d", path, rows, cols, want[0], want[1])
	}
	return w.Set(mat.DenseCopyOf(x).RawMatrix().Data)
}

// rowsAndCols is the shape as that of a table: a vector is one column.
func (w weight) rowsAndCols() [2]int {
	s := w.Shape()
	return [2]int{s[0], w.Size() / s[0]}
}
