package data

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// checkFooter examines the footer before it is decoded: the file ends with the footer's length in 4 bytes and "PAR1".
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

// checkCodecs refuses LZ4. For a page that unpacks to less than three times its size, parquet-go v0.32.0 returns old contents of
// memory, because its decoder unpacks into a buffer of its own while Column.decompress reads the one that it passed.
func (in *input) checkCodecs(groups []format.RowGroup) error {
	for _, g := range groups {
		for _, c := range g.Columns {
			if codec := c.MetaData.Codec; codec == format.Lz4Raw || codec == format.Lz4 {
				return notRead(in.name, "Parquet packed with LZ4", "write it with Snappy, Zstandard or gzip")
			}
		}
	}
	return nil
}

// A pageCheck examines the page headers of column chunks before their pages are decoded.
type pageCheck struct {
	source io.ReaderAt
	size   int64 // size of the file
	walked int64 // bytes examined; limits the work if chunks overlap
	buf    []byte
}

// chunk refuses pages that ask for much more memory than their bytes can hold. It examines as many pages as a pass over the rows
// of the group will read; what a writer has left after the last page does not matter.
func (p *pageCheck) chunk(c *format.ColumnMetaData, rows int64) error {
	at := c.DataPageOffset
	if c.DictionaryPageOffset != 0 {
		at = c.DictionaryPageOffset
	}
	if at < 0 || at > p.size || c.TotalCompressedSize < 0 {
		return errThriftShort
	}
	end := at + min(c.TotalCompressedSize, p.size-at)
	for values := int64(0); at < end && values < max(rows, c.NumValues); {
		h, n, err := p.header(at, end)
		if err != nil {
			return err
		}
		if err = h.check(p.source, at+n, end, c.Codec); err != nil {
			return err
		}
		at += n + h.compressed
		values += h.values
		if p.walked += n + h.compressed; p.walked > p.size {
			return reason("its column chunks overlap")
		}
	}
	return nil
}

// pageHeader holds what a page claims.
type pageHeader struct {
	uncompressed, compressed int64 // bytes
	values                   int64 // number of data values
	entries                  int64 // number of dictionary entries
	definition, repetition   int64 // bytes of uncompressed levels that precede the data
}

// header reads the page header at an offset, with more and more bytes until they suffice.
func (p *pageCheck) header(at, end int64) (h pageHeader, length int64, err error) {
	for n := int64(256); ; n *= 4 {
		n = min(n, end-at)
		if int64(cap(p.buf)) < n {
			p.buf = make([]byte, n)
		}
		if _, err = p.source.ReadAt(p.buf[:n], at); err != nil {
			return h, 0, err
		}
		h = pageHeader{}
		t := &thrift{rest: p.buf[:n], field: h.field}
		if err = t.structure(0, 0); err == nil {
			return h, n - int64(len(t.rest)), nil
		}
		if n == end-at || n > 1<<20 {
			return h, 0, err
		}
	}
}

// field takes the numbers of parquet.thrift's PageHeader: its fields 5, 7 and 8 are the headers of data, dictionary and version
// 2 data.
func (h *pageHeader) field(path, v int64) {
	switch path {
	case 2:
		h.uncompressed = v
	case 3:
		h.compressed = v
	case 501, 801:
		h.values = v
	case 701:
		h.entries = v
	case 805:
		h.definition = v
	case 806:
		h.repetition = v
	}
}

// A page may unpack to a fixed number of bytes whatever its size, plus a multiple of its size; repeated values may take no bytes at
// all.
const (
	pageSome     = 8 << 20
	pageMultiple = 128
)

func (h pageHeader) check(source io.ReaderAt, at, end int64, codec format.CompressionCodec) error {
	levels := h.definition + h.repetition
	if min(h.compressed, h.uncompressed, h.values, h.entries, h.definition, h.repetition) < 0 || h.compressed > end-at || levels > h.compressed {
		return errThriftShort
	}
	most := pageSome + pageMultiple*h.compressed
	if max(h.uncompressed, h.values, h.entries) > most {
		return reasonf("a page of %d bytes claims %d bytes and %d values", h.compressed, h.uncompressed, max(h.values, h.entries))
	}
	head := make([]byte, min(h.compressed-levels, zstd.HeaderMaxSize))
	if _, err := source.ReadAt(head, at+levels); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if claimed := claimedSize(head, codec); claimed > uint64(most) {
		return reasonf("a page of %d bytes claims to unpack to %d", h.compressed, claimed)
	}
	return nil
}

// claimedSize is the unpacked size that the first bytes of a packed page claim, which the decoders of these codecs
// believe.
func claimedSize(head []byte, codec format.CompressionCodec) uint64 {
	switch codec {
	case format.Snappy:
		n, _ := binary.Uvarint(head)
		return n
	case format.Zstd:
		var h zstd.Header
		switch {
		case h.Decode(head) != nil:
			return 0 // the decoder will report it
		case h.WindowSize > maxWindow:
			return h.WindowSize
		case h.HasFCS:
			return h.FrameContentSize
		}
	}
	return 0
}
