package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// dataset reads an array.
func (f *file) dataset(path string, o object) error {
	shape, n, err := shapeOf(o.space)
	if err != nil {
		return err
	}
	number, size, err := numberOf(o.kind)
	if err != nil {
		return err
	}
	if n < 1 || n > len(f.raw)/size-f.numbers { // each byte of a file belongs to one array at most
		return fmt.Errorf("has an array of shape %v beside %d other numbers, want at least one number, and no more than the file holds", shape, f.numbers)
	}
	f.numbers += n
	data, err := f.stored(o.layout, uint64(n*size))
	if err != nil {
		return err
	}
	d := Dataset{Path: path, Shape: shape, Values: make([]float64, n)}
	for i := range d.Values {
		d.Values[i] = number(data[i*size:])
	}
	f.datasets = append(f.datasets, d)
	return nil
}

// shapeOf reads a dataspace, version 1 or 2 (IV.A.2.b), and how many numbers it has.
func shapeOf(b []byte) (shape []int, n int, err error) {
	if len(b) < 4 {
		return nil, 0, errors.New("is damaged: a dataset without a shape")
	}
	rank := int(b[1])
	at := map[byte]int{1: 8, 2: 4}[b[0]]
	if at == 0 || len(b) < at+8*rank {
		return nil, 0, fmt.Errorf("has a dataspace of version %d in %d bytes, want version 1 or 2 and %d sizes", b[0], len(b), rank)
	}
	n = 1
	shape = []int{}
	for i := range rank {
		size := u64(b, at+8*i)
		if size > math.MaxInt32 || n > math.MaxInt32/max(int(size), 1) {
			return nil, 0, fmt.Errorf("has an array that is too large: %d along axis %d (from 0)", size, i)
		}
		n *= int(size)
		shape = append(shape, int(size))
	}
	return shape, n, nil
}

// numberOf reads a datatype (IV.A.2.d); it knows floats of 4 and 8 bytes, in either byte order.
func numberOf(b []byte) (number func([]byte) float64, size int, err error) {
	if len(b) < 20 {
		return nil, 0, errors.New("has elements of a type that this program does not know, want floats of 4 or 8 bytes")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[1]&1 != 0 {
		order = binary.BigEndian
	}
	class, vax, precision, exponent := b[0]&15, b[1]&0x40 != 0, u16(b, 10), b[13]
	switch size = int(u32(b, 4)); {
	case class == 1 && !vax && size == 4 && precision == 32 && exponent == 8:
		return func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, size, nil
	case class == 1 && !vax && size == 8 && precision == 64 && exponent == 11:
		return func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, size, nil
	}
	return nil, 0, fmt.Errorf("has elements of class %d in %d bytes, want floats of 4 or 8 bytes", class, size)
}

// stored are the n bytes of an array, by a layout of version 3 or 4 (IV.A.2.i): within the message, or contiguous elsewhere.
func (f *file) stored(b []byte, n uint64) ([]byte, error) {
	if len(b) < 4 || b[0] < 3 || b[0] > 4 {
		return nil, errors.New("has a data layout that this program does not know, want version 3 or 4")
	}
	switch b[1] {
	case 0:
		if data := b[4:]; u16(b, 2) == n && uint64(len(data)) >= n {
			return data[:n], nil
		}
	case 1:
		if len(b) < 18 {
			break
		}
		if u64(b, 10) >= n {
			return f.at(u64(b, 2), n)
		}
	default:
		return nil, errors.New("is stored in chunks, or compressed, want it in one piece, as Keras saves weights")
	}
	return nil, fmt.Errorf("is damaged: its data are not of the %d bytes of its shape", n)
}
