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

// openNPZ opens the array named o.Key, else the one named X, else the only one.
func openNPZ(in *input, o Options) (layout, error) {
	archive, err := openArchive(in)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	if err = checkArrays(in.name, archive.Reader); err != nil {
		return nil, err
	}
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

// archive is a zip file whose directory has been read.
type archive struct {
	*zip.Reader
	readerAt
	size int64
}

func openArchive(in *input) (*archive, error) {
	source, size, err := in.at()
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(source, size)
	if err != nil {
		source.Close()
		return nil, &FormatError{File: in.name, What: "is a damaged or truncated NPZ file", Err: err}
	}
	return &archive{r, source, size}, nil
}

// member is the file with that name in the archive, nil if there is none.
func (a *archive) member(name string) *zip.File {
	for _, f := range a.File {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// open opens the array's bytes.
func (a npzArray) open() (io.ReadCloser, error) {
	archive, err := openArchive(a.in)
	if err != nil {
		return nil, err
	}
	var member io.ReadCloser
	f := archive.member(a.name)
	if f == nil {
		err = reasonf("holds no array %q any more", a.name)
	} else {
		member, err = f.Open()
	}
	if err != nil {
		archive.Close()
		return nil, a.in.failed(err)
	}
	packed := &counter{n: int64(min(f.CompressedSize64, uint64(archive.size)))}
	return closers{&inflated{src: member, from: packed}, member, archive}, nil
}

// closers closes a member together with its archive.
type closers struct {
	io.Reader
	member, archive io.Closer
}

// Close closes both.
func (c closers) Close() error {
	_ = c.member.Close() // nothing was written
	return c.archive.Close()
}

// at is the array inside the file if it is stored uncompressed, else a copy in memory, up to the limit.
func (a npzArray) at() (readerAt, int64, error) {
	archive, err := openArchive(a.in)
	if err != nil {
		return nil, 0, err
	}
	if f := archive.member(a.name); f != nil && f.Method == zip.Store {
		if offset, err := f.DataOffset(); err == nil {
			n := int64(min(f.UncompressedSize64, uint64(archive.size)))
			return section{io.NewSectionReader(archive, offset, n), archive}, n, nil
		}
	}
	archive.Close()
	member, err := a.open()
	if err != nil {
		return nil, 0, err
	}
	defer member.Close()
	return a.in.hold(member)
}

// section is a part of a file; closing it closes the file.
type section struct {
	io.ReaderAt
	io.Closer
}
