package data

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strings"
)

// npzArray is one member of an NPZ, a zip file of arrays.
type npzArray struct {
	in   *input
	name string
}

// openNPZ finds the array: o.Key, else X, else the only one.
func openNPZ(in *input, o Options) (layout, error) {
	archive, source, err := zipFile(in)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	var keys []string
	for _, f := range archive.File {
		if key, ok := strings.CutSuffix(f.Name, ".npy"); ok {
			keys = append(keys, key)
		}
	}
	key := o.Key
	if key == "" {
		key = "X"
		if len(keys) == 1 {
			key = keys[0]
		}
	}
	if !slices.Contains(keys, key) {
		return nil, &FormatError{File: in.name, What: fmt.Sprintf("holds no array %q; it has %s", key, quoted(keys))}
	}
	a := npzArray{in, key + ".npy"}
	return newNPYLayout(&npyLayout{in: in, open: a.open, at: a.at})
}

func zipFile(in *input) (*zip.Reader, readerAt, error) {
	source, size, err := in.at()
	if err != nil {
		return nil, nil, err
	}
	archive, err := zip.NewReader(source, size)
	if err != nil {
		source.Close()
		return nil, nil, &FormatError{File: in.name, What: fmt.Sprintf("is a damaged or truncated NPZ file: %v", err), Err: err}
	}
	return archive, source, nil
}

// open starts at the first byte of the array.
func (a npzArray) open() (io.ReadCloser, error) {
	archive, source, err := zipFile(a.in)
	if err != nil {
		return nil, err
	}
	member, err := archive.Open(a.name)
	if err != nil {
		source.Close()
		return nil, a.in.failed(err)
	}
	return packed{member, func() { _ = member.Close() }, source}, nil
}

// at is the array in the file where it is stored as it is, else a copy in memory, up to the limit.
func (a npzArray) at() (readerAt, int64, error) {
	archive, source, err := zipFile(a.in)
	if err != nil {
		return nil, 0, err
	}
	for _, f := range archive.File {
		if f.Name == a.name && f.Method == zip.Store {
			if offset, err := f.DataOffset(); err == nil {
				n := int64(f.UncompressedSize64)
				return section{io.NewSectionReader(source, offset, n), source}, n, nil
			}
		}
	}
	defer source.Close()
	member, err := archive.Open(a.name)
	if err != nil {
		return nil, 0, a.in.failed(err)
	}
	defer member.Close()
	return a.in.hold(member)
}

// section is a part of a file, which is closed with it.
type section struct {
	io.ReaderAt
	io.Closer
}
