package data

import (
	"encoding/binary"
)

// A thrift parses a value in Thrift's compact protocol, in which Parquet stores its footer and the headers of its pages. It
// rejects every length that the remaining bytes cannot hold, because the decoder that runs afterwards allocates what a length
// says. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
type thrift struct {
	rest  []byte
	field func(path, v int64) // called for each i32; path is the numbers of the enclosing fields, outermost first, two digits each; may be nil
}

var (
	errThriftShort = reason("its metadata end too early, or claim more than there is")
	errThriftDeep  = reason("its metadata are nested too deeply")
)

// maxPath limits the length of a path, so that no two paths are equal by overflow.
const maxPath = 1e14

// footerGroups and footerChunks are the paths of the lists of row groups and, in them, of column chunks.
const footerGroups, footerChunks = 4, 401

// The types of the compact protocol.
const (
	thriftTrue, thriftFalse, thriftByte            = 1, 2, 3
	thriftI16, thriftI32, thriftI64, thriftDouble  = 4, 5, 6, 7
	thriftBinary, thriftList, thriftSet, thriftMap = 8, 9, 10, 11
	thriftStruct                                   = 12
)

func (t *thrift) byte() (byte, error) {
	if len(t.rest) == 0 {
		return 0, errThriftShort
	}
	b := t.rest[0]
	t.rest = t.rest[1:]
	return b, nil
}

func (t *thrift) varint() (uint64, error) {
	v, n := binary.Uvarint(t.rest)
	if n <= 0 {
		return 0, errThriftShort
	}
	t.rest = t.rest[n:]
	return v, nil
}

func (t *thrift) skip(n uint64) error {
	if n > uint64(len(t.rest)) {
		return errThriftShort
	}
	t.rest = t.rest[n:]
	return nil
}

// structure parses the fields of a struct.
func (t *thrift) structure(path int64, depth int) error {
	if depth > 32 {
		return errThriftDeep
	}
	id := int64(0)
	for {
		head, err := t.byte()
		if err != nil || head == 0 {
			return err
		}
		if delta := head >> 4; delta > 0 {
			id += int64(delta)
		} else {
			v, err := t.varint()
			if err != nil {
				return err
			}
			id = int64(v>>1) ^ -int64(v&1)
		}
		if id < 1 || id > 99 || path > maxPath {
			return errThriftDeep // no field of Parquet has such a number
		}
		if kind := head & 15; kind == thriftTrue || kind == thriftFalse {
			continue // the type is the value
		} else if err = t.value(kind, 100*path+id, depth); err != nil {
			return err
		}
	}
}

func (t *thrift) value(kind byte, path int64, depth int) error {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return t.skip(1)
	case thriftI16, thriftI32, thriftI64:
		v, err := t.varint()
		if err == nil && t.field != nil && kind == thriftI32 {
			t.field(path, int64(v>>1)^-int64(v&1))
		}
		return err
	case thriftDouble:
		return t.skip(8)
	case thriftBinary:
		n, err := t.varint()
		if err != nil {
			return err
		}
		return t.skip(n)
	case thriftList, thriftSet:
		return t.list(path, depth+1)
	case thriftMap:
		n, err := t.varint()
		if err == nil && n > 0 {
			err = errThriftDeep // Parquet has no maps
		}
		return err
	case thriftStruct:
		return t.structure(path, depth+1)
	}
	return errThriftShort
}

func (t *thrift) list(path int64, depth int) error {
	head, err := t.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = t.varint(); err != nil {
			return err
		}
	}
	kind := head & 15
	least := uint64(1) // the least number of bytes of an element
	switch {
	case path == footerGroups || path == footerChunks: // elements with several fields, which take hundreds of bytes in memory
		least = 12
	case kind == thriftStruct:
		least = 3
	}
	if n > uint64(len(t.rest))/least || depth > 32 {
		return errThriftShort
	}
	for range n {
		if err = t.value(kind, path, depth); err != nil {
			return err
		}
	}
	return nil
}
