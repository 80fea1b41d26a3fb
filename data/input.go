package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// input is the unpacked bytes of a file or of a stream, which can be read from the start any number of times.
type input struct {
	name   string
	stream *replay // standard input, a pipe or a device; nil for a file
	limit  int64   // bytes to hold in memory
}

func newInput(path string, o Options) (*input, error) {
	in := &input{name: path, limit: o.maxBuffered()}
	if path == "-" {
		in.name, in.stream = "standard input", &replay{src: o.stdin(), limit: in.limit}
		return in, nil
	}
	// a pipe gives its bytes once, however often it is opened
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		src, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		in.stream = &replay{src: src, limit: in.limit}
	}
	return in, nil
}

// raw opens the bytes as they are stored.
func (in *input) raw() (io.ReadCloser, error) {
	if in.stream != nil {
		return io.NopCloser(&replayReader{replay: in.stream}), nil
	}
	f, err := os.Open(in.name)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return f, nil
}

// open opens the unpacked bytes.
func (in *input) open() (io.ReadCloser, error) {
	raw, err := in.raw()
	if err != nil {
		return nil, err
	}
	stream, err := unpack(raw)
	if err != nil {
		raw.Close()
		return nil, in.failed(err)
	}
	return stream, nil
}

// failed describes an error met while reading.
func (in *input) failed(err error) error {
	var why reason
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		return fmt.Errorf("data: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &FormatError{File: in.name, What: "the file is truncated", Err: err}
	case errors.Is(err, ErrOnce):
		return &FormatError{File: in.name, What: fmt.Sprintf("is a stream of more than %d bytes, which can be read only once: save it to a file first", in.limit), Err: err}
	case errors.As(err, &why):
		return &FormatError{File: in.name, What: string(why)}
	}
	return &FormatError{File: in.name, What: "cannot be read: it is damaged", Err: err}
}

// packed stops its decoder and closes the file below it.
type packed struct {
	io.Reader
	stop func()
	file io.Closer
}

// Close closes both.
func (p packed) Close() error {
	p.stop()
	return p.file.Close()
}

// maxWindow limits the memory that a zstd file can ask for.
const maxWindow = 128 << 20

// unpack recognizes gzip and zstd by their first bytes, not by the file's name.
func unpack(raw io.ReadCloser) (io.ReadCloser, error) {
	count := &counter{src: raw}
	r := bufio.NewReaderSize(count, 1<<16)
	magic, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, truncated(err)
		}
		return packed{&inflated{src: z, from: count}, func() { _ = z.Close() }, raw}, nil
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return packed{&inflated{src: z, from: count}, z.Close, raw}, nil
	}
	return packed{r, func() {}, raw}, nil
}

// counter counts the bytes read.
type counter struct {
	src io.Reader
	n   int64
}

// Read reads.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n += int64(n)
	return n, err
}

// A packed file may unpack to a fixed number of bytes whatever its size, plus a multiple of its size that no table of numbers
// reaches. A file that unpacks to more was made to exhaust memory.
const (
	inflatedSome     = 32 << 20
	inflatedMultiple = 256
)

// inflated is what a decoder unpacks, up to the most that a file of its size may hold.
type inflated struct {
	src  io.Reader
	from *counter
	n    int64
}

// Read reads.
func (r *inflated) Read(p []byte) (int, error) {
	if most := inflatedSome + inflatedMultiple*r.from.n; r.n > most {
		return 0, reasonf("unpacks to more than %d times its size: if that is meant, unpack it first", inflatedMultiple)
	}
	n, err := r.src.Read(p)
	r.n += int64(n)
	return n, err
}

// truncated returns err, but an unexpected end of file in place of one that comes too early.
func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readerAt is bytes that can be read in any order.
type readerAt interface {
	io.ReaderAt
	io.Closer
}

type inMemory struct{ *bytes.Reader }

// Close does nothing.
func (inMemory) Close() error { return nil }

// at opens the unpacked bytes for reading in any order: the file itself if it is not packed, else a copy in memory, up
// to the limit.
func (in *input) at() (r readerAt, size int64, err error) {
	stream, err := in.open()
	if err != nil {
		return nil, 0, err
	}
	if file, ok := plainFile(stream); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return file, info.Size(), nil
		}
	}
	defer stream.Close()
	return in.hold(stream)
}

// hold reads a stream into memory, up to the limit.
func (in *input) hold(stream io.Reader) (r readerAt, size int64, err error) {
	all, err := io.ReadAll(io.LimitReader(stream, in.limit+1))
	if err != nil {
		return nil, 0, in.failed(err)
	}
	if int64(len(all)) > in.limit {
		return nil, 0, &FormatError{File: in.name, Err: ErrOnce, What: fmt.Sprintf(
			"must be read out of order but is packed, or a stream, of more than %d bytes: save it unpacked to a file", in.limit)}
	}
	return inMemory{bytes.NewReader(all)}, int64(len(all)), nil
}

// plainFile is the file below a stream that is not packed.
func plainFile(stream io.ReadCloser) (*os.File, bool) {
	p, ok := stream.(packed)
	if !ok {
		return nil, false
	}
	if _, plain := p.Reader.(*bufio.Reader); !plain {
		return nil, false
	}
	file, ok := p.file.(*os.File)
	return file, ok
}
