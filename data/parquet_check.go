package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// checkFooter walks over the footer before it is decoded: 4 bytes of its length and "PAR1" end the file.
func checkFooter(source io.ReaderAt, size int64) error {
	const ending = 8
	var end [ending]byte
	if size < ending+4 {
		return errThriftShort
	}
	if _, err := source.ReadAt(end[:], size-ending); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	if n > size-ending-4 {
		return errThriftShort
	}
	footer := make([]byte, n)
	if _, err := source.ReadAt(footer, size-ending-n); err != nil {
		return err
	}
	return (&thrift{rest: footer}).structure(0, 0)
}

// checkPages walks over the page headers of a column chunk before its pages are decoded, and refuses those that ask for much more
// memory than their bytes can mean.
func checkPages(source io.ReaderAt, size int64, c *format.ColumnMetaData) error {
	at := c.DataPageOffset
	if d := c.DictionaryPageOffset; d > 0 && d < at {
		at = d
	}
	end := at + c.TotalCompressedSize
	if at < 0 || c.TotalCompressedSize < 0 || end > size {
		return errThriftShort
	}
	buf := make([]byte, 0, 4096)
	for at < end {
		h, n, err := readPageHeader(source, at, end, buf)
		if err != nil {
			return err
		}
		at += n
		if err = h.check(source, at, end, c.Codec); err != nil {
			return err
		}
		at += h.compressed
	}
	return nil
}

// pageHeader is what a page claims.
type pageHeader struct {
	uncompressed, compressed int64 // bytes
	values                   int64
	levels                   int64 // bytes that are not compressed, before the others
}

// readPageHeader looks at the header at an offset; it takes more bytes until they are enough.
func readPageHeader(source io.ReaderAt, at, end int64, buf []byte) (h pageHeader, length int64, err error) {
	for n := int64(256); ; n *= 4 {
		n = min(n, end-at)
		if int64(cap(buf)) < n {
			buf = make([]byte, n)
		}
		if _, err = source.ReadAt(buf[:n], at); err != nil {
			return h, 0, err
		}
		h = pageHeader{}
		t := &thrift{rest: buf[:n], field: h.field}
		if err = t.structure(0, 0); err == nil {
			return h, n - int64(len(t.rest)), nil
		}
		if n == end-at || n > 1<<20 {
			return h, 0, err
		}
	}
}

// field takes the numbers of parquet.thrift's PageHeader: 5, 7 and 8 are the headers of data, dictionary and data of version 2.
func (h *pageHeader) field(path, v int64) {
	switch path {
	case 2:
		h.uncompressed = v
	case 3:
		h.compressed = v
	case 501, 701, 801:
		h.values = v
	case 805, 806:
		h.levels += v
	}
}

// A page may unpack to some bytes whatever its size, and to a multiple of it; and its values may take no bytes at all where they repeat.
const (
	pageSome     = 8 << 20
	pageMultiple = 128
)

func (h pageHeader) check(source io.ReaderAt, at, end int64, codec format.CompressionCodec) error {
	most := pageSome + pageMultiple*h.compressed
	switch {
	case h.compressed < 0 || h.uncompressed < 0 || h.values < 0 || h.levels < 0 || h.compressed > end-at:
		return errThriftShort
	case h.uncompressed > most || h.values > most:
		return fmt.Errorf("a page of %d bytes claims %d bytes and %d values", h.compressed, h.uncompressed, h.values)
	}
	if h.levels >= h.compressed {
		return nil
	}
	head := make([]byte, min(h.compressed-h.levels, zstd.HeaderMaxSize))
	if _, err := source.ReadAt(head, at+h.levels); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if claimed := claimedSize(head, codec); claimed > uint64(most) {
		return fmt.Errorf("a page of %d bytes claims to unpack to %d", h.compressed, claimed)
	}
	return nil
}

// claimedSize is what the first bytes of a packed page say that it unpacks to; the decoders of these codecs believe it.
func claimedSize(head []byte, codec format.CompressionCodec) uint64 {
	switch codec {
	case format.Snappy:
		n, _ := binary.Uvarint(head)
		return n
	case format.Zstd:
		var h zstd.Header
		if h.Decode(head) == nil && h.HasFCS {
			return max(h.FrameContentSize, h.WindowSize)
		}
		return h.WindowSize
	}
	return 0
}
