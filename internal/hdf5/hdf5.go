// Package hdf5 reads arrays of floats from HDF5 files as h5py writes them by default: a superblock of version 0 or 1, groups with
// symbol tables, and contiguous datasets. Weights saved by Keras have this form. Everything that a file says is checked against its
// size, and reading takes no more memory than that.
//
// Source: HDF5 File Format Specification, version 3.0, The HDF Group; comments give the numbers of its sections.
package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// A Dataset is an array of numbers, row-major.
type Dataset struct {
	Path   string // names of its groups and its own, as "layers/dense/vars/0"
	Shape  []int
	Values []float64
}

// ErrNotHDF5 reports a file that does not begin as an HDF5 file does.
var ErrNotHDF5 = errors.New("does not begin as an HDF5 file does")

// Read reads all datasets of a file of floats, in the file's order of their paths.
func Read(raw []byte) ([]Dataset, error) {
	f := &file{raw: raw}
	root, err := f.superblock()
	if err != nil {
		return nil, err
	}
	if err := f.walk("", root, 0); err != nil {
		return nil, err
	}
	return f.datasets, nil
}

// file is the file being read. Its offsets and lengths have 8 bytes, as on all current systems.
type file struct {
	raw      []byte
	base     uint64 // the position from which addresses count
	steps    int    // number of objects, messages, nodes and entries read so far
	numbers  int    // count of numbers read so far
	datasets []Dataset
}

const (
	maxDepth = 16      // nesting of groups, and of nodes
	maxName  = 255     // bytes
	maxSteps = 1 << 20 // the most steps for a file, so that cyclic references end
)

// step counts a step.
func (f *file) step() error {
	if f.steps++; f.steps > maxSteps {
		return fmt.Errorf("is damaged, or has too many objects: more than %d steps to read it", maxSteps)
	}
	return nil
}

// at returns n bytes at an address.
func (f *file) at(address, n uint64) ([]byte, error) {
	size := uint64(len(f.raw))
	start := f.base + address
	if start < address || start > size || n > size-start {
		return nil, fmt.Errorf("is damaged or cut off: it points at %d bytes from %d on, and has %d", n, address, size)
	}
	return f.raw[start : start+n], nil
}

// signed is at for a block that begins with a signature of four letters.
func (f *file) signed(signature string, address, n uint64) ([]byte, error) {
	b, err := f.at(address, n)
	if err == nil && string(b[:4]) != signature {
		err = fmt.Errorf("is damaged: got %q at byte %d, want %q", b[:4], address, signature)
	}
	return b, err
}

func u16(b []byte, at int) uint64 { return uint64(binary.LittleEndian.Uint16(b[at:])) }
func u32(b []byte, at int) uint64 { return uint64(binary.LittleEndian.Uint32(b[at:])) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// superblock is the address of the root group's header (II.A).
func (f *file) superblock() (root uint64, err error) {
	const fixed = 24 // number of bytes before the addresses
	if !bytes.HasPrefix(f.raw, []byte("\x89HDF\r\n\x1a\n")) {
		return 0, ErrNotHDF5
	}
	b, err := f.at(0, fixed)
	if err != nil {
		return 0, err
	}
	addresses := uint64(fixed)
	switch version := b[8]; version {
	case 0:
	case 1:
		addresses += 4
	default:
		return 0, fmt.Errorf("has a superblock of version %d, want 0 or 1, as h5py writes it unless it is told otherwise (libver)", version)
	}
	if b[13] != 8 || b[14] != 8 {
		return 0, fmt.Errorf("has offsets of %d and lengths of %d bytes, want 8", b[13], b[14])
	}
	if b, err = f.at(addresses, 48); err != nil {
		return 0, err
	}
	f.base = u64(b, 0)
	return u64(b, 40), nil // follows base, free space, end of file, driver and the root entry's name
}

// walk reads the object whose header is at an address and, if it is a group, its members.
func (f *file) walk(path string, address uint64, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("has groups within each other more than %d deep", maxDepth)
	}
	var o object
	if err := f.header(address, &o); err != nil {
		return named(path, err)
	}
	switch {
	case o.table != nil:
		return f.group(path, o.table, depth)
	case o.layout != nil:
		return named(path, f.dataset(path, o))
	}
	return named(path, errors.New("is neither a group nor a dataset that this program knows"))
}

func named(path string, err error) error {
	if err == nil || path == "" {
		return err
	}
	return fmt.Errorf("%q: %w", path, err)
}

// object holds those messages of a header that describe the object.
type object struct{ space, kind, layout, table []byte }

// header reads the messages of an object's header, version 1 (IV.A.1.a).
func (f *file) header(address uint64, o *object) error {
	b, err := f.at(address, 16)
	if err != nil {
		return err
	}
	if b[0] != 1 {
		return fmt.Errorf("has an object header of version %d, want 1, as h5py writes it unless it is told otherwise (libver)", b[0])
	}
	block, err := f.at(address+16, u32(b, 8))
	if err != nil {
		return err
	}
	blocks := [][]byte{block}
	for left := int(u16(b, 2)); left > 0 && len(blocks) > 0; {
		block, blocks = blocks[0], blocks[1:]
		for ; left > 0 && len(block) >= 8; left-- {
			if err := f.step(); err != nil {
				return err
			}
			kind, size := u16(block, 0), u16(block, 2)
			if size > uint64(len(block)-8) {
				return fmt.Errorf("is damaged: a message of %d bytes where %d are left", size, len(block)-8)
			}
			message := block[8 : 8+size]
			block = block[8+size:]
			if kind != continues {
				o.take(kind, message)
				continue
			}
			if len(message) < 16 {
				return errors.New("is damaged: a continuation without an address")
			}
			more, err := f.at(u64(message, 0), u64(message, 8))
			if err != nil {
				return err
			}
			blocks = append(blocks, more)
		}
	}
	return nil
}

// The kinds of messages (IV.A.2).
const (
	dataspace   = 0x01
	datatype    = 0x03
	dataLayout  = 0x08
	continues   = 0x10
	symbolTable = 0x11
)

func (o *object) take(kind uint64, message []byte) {
	switch kind {
	case dataspace:
		o.space = message
	case datatype:
		o.kind = message
	case dataLayout:
		o.layout = message
	case symbolTable:
		o.table = message
	}
}
