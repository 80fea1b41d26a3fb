package hdf5

import (
	"bytes"
	"errors"
	"fmt"
)

// group visits the members of a group. Its symbol table message gives the addresses of the tree of entries and of the heap with
// their names (III.A.1, III.B, III.C, III.D).
func (f *file) group(path string, table []byte, depth int) error {
	if len(table) < 16 {
		return named(path, errors.New("is damaged: a group without addresses"))
	}
	names, err := f.heap(u64(table, 8))
	if err == nil {
		err = f.tree(path, u64(table, 0), names, depth, 0)
	}
	return err
}

// heap is the memory that holds the names.
func (f *file) heap(address uint64) ([]byte, error) {
	b, err := f.signed("HEAP", address, 32)
	if err != nil {
		return nil, err
	}
	return f.at(u64(b, 24), u64(b, 8))
}

// tree visits a node of the tree, which leads to other nodes or, at level 0, to tables of entries.
func (f *file) tree(path string, address uint64, names []byte, depth, nodes int) error {
	b, err := f.signed("TREE", address, 24)
	if err != nil {
		return err
	}
	level, entries := b[5], u16(b, 6)
	if b[4] != 0 || nodes > maxDepth {
		return fmt.Errorf("is damaged: the tree at byte %d is none of a group", address)
	}
	if b, err = f.at(address+24, entries*16+8); err != nil { // 8-byte keys alternate with 8-byte addresses
		return err
	}
	for i := range int(entries) {
		child := u64(b, 16*i+8)
		if err = f.step(); err != nil {
			return err
		}
		if level > 0 {
			err = f.tree(path, child, names, depth, nodes+1)
		} else {
			err = f.entries(path, child, names, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entries visits a table of symbols of 40 bytes each: the offset of the name in the heap, and the address of the
// object's header.
func (f *file) entries(path string, address uint64, names []byte, depth int) error {
	b, err := f.signed("SNOD", address, 8)
	if err != nil {
		return err
	}
	const size = 40
	n := u16(b, 6)
	if b, err = f.at(address+8, n*size); err != nil {
		return err
	}
	for i := range int(n) {
		if err := f.step(); err != nil {
			return err
		}
		entry := b[i*size:]
		at := u64(entry, 0)
		if at >= uint64(len(names)) {
			return fmt.Errorf("is damaged: a name at byte %d of %d", at, len(names))
		}
		name, _, ended := bytes.Cut(names[at:], []byte{0})
		if !ended || len(name) == 0 || len(name) > maxName {
			return fmt.Errorf("is damaged: a name of %d bytes, want 1 to %d", len(name), maxName)
		}
		if err := f.walk(join(path, string(name)), u64(entry, 8), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
