package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Writer takes rows and writes a table. The table appears at its path only when Close has completed it.
type Writer interface {
	// Write appends whole rows, row-major.
	Write(rows []float64) error
	// Close completes the table. A file is moved to its path once it is complete and on disk.
	Close() error
	// Discard abandons the table and leaves no trace of it; after Close it does nothing.
	Discard()
}

// encoder writes one format.
type encoder interface {
	write(rows []float64) error
	finish() error
}

// A tableWriter passes rows through an encoder and a packer to a file.
type tableWriter struct {
	encoder
	name  string
	cols  int
	pack  io.WriteCloser
	sink  sink
	ended bool
}

// Create makes a table with the named columns. The name of path determines the format (.csv, .tsv, .parquet, .npy) and the
// compression (.gz, .zst; not for NPY). "-" is standard output, which is written as CSV, as a pipe or a device is. If the table is
// not closed, nothing is left behind.
func Create(path string, names []string) (Writer, error) {
	if len(names) == 0 {
		return nil, &EmptyError{File: path, What: "column"}
	}
	if err := distinctNames(path, names); err != nil {
		return nil, err
	}
	w, err := create(path, len(names))
	if err != nil {
		return nil, err
	}
	switch format := formatNamed(path); {
	case path == "-" || format == CSV || format == "" && special(path):
		w.encoder, err = newCSVEncoder(w.pack, names, delimiterNamed(path))
	case format == Parquet:
		w.encoder, err = newParquetEncoder(w.pack, nil, names)
	case format == NPY:
		w.encoder, err = newNPYEncoder(w.sink, w.pack, len(names))
	default:
		err = &FormatError{File: path, What: "no format has that name, want .csv, .tsv, .parquet or .npy, for text also with .gz or .zst"}
	}
	var why reason
	if errors.As(err, &why) {
		err = &FormatError{File: path, What: string(why)}
	}
	if err != nil {
		w.Discard()
		return nil, err
	}
	return w, nil
}

func distinctNames(path string, names []string) error {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return &FormatError{File: path, What: fmt.Sprintf("would have two columns %q, want each name once", name)}
		}
		seen[name] = true
	}
	return nil
}

func create(path string, cols int) (*tableWriter, error) {
	sink, err := newSink(path)
	if err != nil {
		return nil, err
	}
	w := &tableWriter{name: path, cols: cols, sink: sink}
	if w.pack, err = packer(path, sink); err != nil {
		w.Discard()
		return nil, err
	}
	return w, nil
}

// delimiterNamed is a tab if the name ends in .tsv or .tab, else a comma.
func delimiterNamed(path string) byte {
	if e := extension(path); e == ".tsv" || e == ".tab" {
		return '\t'
	}
	return ','
}

// packer compresses as the name says.
func packer(path string, sink io.Writer) (io.WriteCloser, error) {
	switch lower := strings.ToLower(path); {
	case strings.HasSuffix(lower, ".gz"):
		return gzip.NewWriter(sink), nil
	case strings.HasSuffix(lower, ".zst"):
		return zstd.NewWriter(sink, zstd.WithEncoderConcurrency(1))
	}
	return plain{bufio.NewWriterSize(sink, 1<<16)}, nil
}

// plain does not compress.
type plain struct{ *bufio.Writer }

// Close writes what is still buffered.
func (p plain) Close() error { return p.Flush() }

// Write appends rows.
func (w *tableWriter) Write(rows []float64) error {
	if len(rows)%w.cols != 0 {
		return fmt.Errorf("data: %s: Write of %d values, want whole rows of %d columns", w.name, len(rows), w.cols)
	}
	return w.failed(w.write(rows))
}

func (w *tableWriter) failed(err error) error {
	if err != nil {
		return &WriteError{w.name, err}
	}
	return nil
}

// Close completes the table.
func (w *tableWriter) Close() error {
	if w == nil || w.ended {
		return nil
	}
	defer w.Discard()
	if err := w.finish(); err != nil {
		return w.failed(err)
	}
	if err := w.pack.Close(); err != nil {
		return w.failed(err)
	}
	return w.failed(w.sink.Commit())
}

// Discard removes what was written.
func (w *tableWriter) Discard() {
	if w != nil && !w.ended {
		w.ended = true
		_ = w.sink.Discard() // if the file cannot be removed, nothing can be done
	}
}

// Write writes a table to a path: see Create.
func (t *Table) Write(path string) error {
	if err := t.check("Write"); err != nil {
		return err
	}
	w, err := Create(path, t.Names)
	if err != nil {
		return err
	}
	defer w.Discard()
	for i := range t.Rows() {
		if err = w.Write(t.X.RawRowView(i)); err != nil {
			return err
		}
	}
	return w.Close()
}
