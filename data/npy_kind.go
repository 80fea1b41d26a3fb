package data

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"gaussflow/columns"
)

// npyKind says how one element of an array is stored.
type npyKind struct {
	size  int
	value func([]byte) float64                    // the element as a number
	text  func(dst []byte, element []byte) []byte // the element as exact text
	typed func([]byte) parquet.Value              // the element as an exact value of node
	node  parquet.Node
}

// npyKindOf knows the plain numeric types, in either byte order.
func npyKindOf(descr string) (npyKind, bool) {
	if len(descr) < 3 {
		return npyKind{}, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	switch descr[1:] {
	case "f8":
		return npyFloat(8, parquet.DoubleType, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, parquet.DoubleValue), true
	case "f4":
		return npyFloat(4, parquet.FloatType, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, single), true
	case "i8":
		return npySigned(8, func(b []byte) int64 { return int64(order.Uint64(b)) }), true
	case "i4":
		return npySigned(4, func(b []byte) int64 { return int64(int32(order.Uint32(b))) }), true
	case "i2":
		return npySigned(2, func(b []byte) int64 { return int64(int16(order.Uint16(b))) }), true
	case "i1":
		return npySigned(1, func(b []byte) int64 { return int64(int8(b[0])) }), true
	case "u8":
		return npyUnsigned(8, order.Uint64), true
	case "u4":
		return npyUnsigned(4, func(b []byte) uint64 { return uint64(order.Uint32(b)) }), true
	case "u2":
		return npyUnsigned(2, func(b []byte) uint64 { return uint64(order.Uint16(b)) }), true
	case "u1":
		return npyUnsigned(1, func(b []byte) uint64 { return uint64(b[0]) }), true
	case "b1":
		k := npyUnsigned(1, func(b []byte) uint64 { return uint64(b[0]) })
		k.typed = func(b []byte) parquet.Value { return parquet.BooleanValue(b[0] != 0) }
		k.node = parquet.Leaf(parquet.BooleanType)
		return k, true
	}
	return npyKind{}, false
}

func npyFloat(size int, t parquet.Type, value func([]byte) float64, typed func(float64) parquet.Value) npyKind {
	return npyKind{
		size: size, value: value, node: parquet.Leaf(t),
		text:  func(dst, b []byte) []byte { return columns.AppendNumber(dst, value(b)) },
		typed: func(b []byte) parquet.Value { return typed(value(b)) },
	}
}

func npySigned(size int, value func([]byte) int64) npyKind {
	node := parquet.Int(8 * size)
	return npyKind{
		size: size, node: node,
		value: func(b []byte) float64 { return float64(value(b)) },
		text:  func(dst, b []byte) []byte { return strconv.AppendInt(dst, value(b), 10) },
		typed: func(b []byte) parquet.Value { return stored(node, value(b)) },
	}
}

func npyUnsigned(size int, value func([]byte) uint64) npyKind {
	node := parquet.Uint(8 * size)
	return npyKind{
		size: size, node: node,
		value: func(b []byte) float64 { return float64(value(b)) },
		text:  func(dst, b []byte) []byte { return strconv.AppendUint(dst, value(b), 10) },
		typed: func(b []byte) parquet.Value { return stored(node, int64(value(b))) },
	}
}

// single is a number of 32 bits.
func single(v float64) parquet.Value { return parquet.FloatValue(float32(v)) }

// stored is an integer, given by its lowest 64 or 32 bits, as a column of Parquet stores it.
func stored(column parquet.Node, bits int64) parquet.Value {
	if column.Type().Kind() == parquet.Int64 {
		return parquet.Int64Value(bits)
	}
	return parquet.Int32Value(int32(bits))
}
