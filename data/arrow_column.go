package data

import (
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/endian"
	"github.com/parquet-go/parquet-go"

	"gaussflow/columns"
)

// An arrowLeaf describes a column: where it is, and how its values are read. A column within structs is named by its path, a.b,
// as in Parquet.
type arrowLeaf struct {
	name string
	path []int // index among the schema's fields, then among those of each struct
	kind arrowKind
}

// leafsOf are the columns of a schema.
func leafsOf(schema *arrow.Schema) (leafs []arrowLeaf) {
	var walk func(fields []arrow.Field, prefix string, path []int)
	walk = func(fields []arrow.Field, prefix string, path []int) {
		for k, f := range fields {
			at := append(slices.Clone(path), k)
			if s, nested := f.Type.(*arrow.StructType); nested {
				walk(s.Fields(), prefix+f.Name+".", at)
				continue
			}
			leafs = append(leafs, arrowLeaf{prefix + f.Name, at, arrowKindIn(f)})
		}
	}
	walk(schema.Fields(), "", nil)
	return leafs
}

// within are the arrays of a batch that determine a cell of the column: those of the structs around it, and its own.
func (l arrowLeaf) within(batch arrow.RecordBatch) []arrow.Array {
	arrays := []arrow.Array{batch.Column(l.path[0])}
	for _, k := range l.path[1:] {
		arrays = append(arrays, arrays[len(arrays)-1].(*array.Struct).Field(k))
	}
	return arrays
}

// An arrowKind says how the values of a type are read. They are read as those of the same type in Parquet: see valueOf, textOf
// and isNumeric.
type arrowKind struct {
	value   func(a arrow.Array, i int) float64            // the number of a value that is not null
	text    func(dst []byte, a arrow.Array, i int) []byte // appends the text of a value that is not null
	numeric bool                                          // a number is stored, other than a date or time
	null    func(a arrow.Array, i int) bool               // reports further values as null, beside those the array marks; may be nil
	node    parquet.Node                                  // the same type in Parquet; nil if there is none, and values are passed on as text
	typed   func(a arrow.Array, i int) parquet.Value      // a value that is not null as a value of node
}

// arrowKindIn is the kind of a field. The type's name, if it is one that the library does not know, is in the field's
// metadata.
func arrowKindIn(f arrow.Field) arrowKind {
	k := arrowKindOf(f.Type)
	if name, _ := f.Metadata.GetValue("ARROW:extension:name"); name == "arrow.uuid" {
		k.node = nil // passed on as text
		k.text = func(dst []byte, a arrow.Array, i int) []byte {
			return appendUUID(dst, a.(*array.FixedSizeBinary).Value(i))
		}
	}
	return k
}

// arrowKindOf is the kind of a type. Lists, maps and other values without a single number or text are read as JSON
// text.
func arrowKindOf(t arrow.DataType) arrowKind {
	switch t := t.(type) {
	case *arrow.NullType:
		return arrowKind{null: func(arrow.Array, int) bool { return true }}
	case *arrow.BooleanType:
		return arrowKind{
			value: func(a arrow.Array, i int) float64 {
				if a.(*array.Boolean).Value(i) {
					return 1
				}
				return 0
			},
			text: func(dst []byte, a arrow.Array, i int) []byte {
				return strconv.AppendBool(dst, a.(*array.Boolean).Value(i))
			},
			node:  parquet.Leaf(parquet.BooleanType),
			typed: func(a arrow.Array, i int) parquet.Value { return parquet.BooleanValue(a.(*array.Boolean).Value(i)) },
		}
	case *arrow.Int8Type:
		return wholeKind[*array.Int8](parquet.Int(8))
	case *arrow.Int16Type:
		return wholeKind[*array.Int16](parquet.Int(16))
	case *arrow.Int32Type:
		return wholeKind[*array.Int32](parquet.Int(32))
	case *arrow.Int64Type:
		return wholeKind[*array.Int64](parquet.Int(64))
	case *arrow.Uint8Type:
		return wholeKind[*array.Uint8](parquet.Uint(8))
	case *arrow.Uint16Type:
		return wholeKind[*array.Uint16](parquet.Uint(16))
	case *arrow.Uint32Type:
		return wholeKind[*array.Uint32](parquet.Uint(32))
	case *arrow.Uint64Type:
		k := wholeKind[*array.Uint64](parquet.Uint(64))
		k.value = func(a arrow.Array, i int) float64 { return float64(a.(*array.Uint64).Value(i)) }
		k.text = func(dst []byte, a arrow.Array, i int) []byte {
			return strconv.AppendUint(dst, a.(*array.Uint64).Value(i), 10)
		}
		return k
	case *arrow.Float16Type:
		return floatKind(parquet.FloatType, func(a arrow.Array, i int) float64 { return float64(a.(*array.Float16).Value(i).Float32()) }, single)
	case *arrow.Float32Type:
		return floatKind(parquet.FloatType, func(a arrow.Array, i int) float64 { return float64(a.(*array.Float32).Value(i)) }, single)
	case *arrow.Float64Type:
		return floatKind(parquet.DoubleType, func(a arrow.Array, i int) float64 { return a.(*array.Float64).Value(i) }, parquet.DoubleValue)
	case *arrow.Decimal32Type:
		return decimalKind(16, t.Scale, t.Precision, func(a arrow.Array, i int) *big.Int { return big.NewInt(int64(a.(*array.Decimal32).Value(i))) })
	case *arrow.Decimal64Type:
		return decimalKind(16, t.Scale, t.Precision, func(a arrow.Array, i int) *big.Int { return big.NewInt(int64(a.(*array.Decimal64).Value(i))) })
	case *arrow.Decimal128Type:
		return decimalKind(16, t.Scale, t.Precision, func(a arrow.Array, i int) *big.Int {
			v := a.(*array.Decimal128).Value(i)
			return bigOf(v.LowBits(), uint64(v.HighBits()))
		})
	case *arrow.Decimal256Type:
		return decimalKind(32, t.Scale, t.Precision, func(a arrow.Array, i int) *big.Int {
			v := a.(*array.Decimal256).Value(i).Array()
			return bigOf(v[:]...)
		})
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return stringKind
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		return bytesKind
	case *arrow.DictionaryType:
		return dictionaryKind(arrowKindOf(t.ValueType))
	}
	return arrowTimeKindOf(t)
}

// arrowTimeKindOf is arrowKindOf for dates and times; their numbers are the integers that are stored.
func arrowTimeKindOf(t arrow.DataType) arrowKind {
	switch t := t.(type) {
	case *arrow.Date32Type:
		return timeKind[*array.Date32](parquet.Date(), appendDate)
	case *arrow.Date64Type:
		return timeKind[*array.Date64](parquet.TimestampAdjusted(parquet.Millisecond, false), func(dst []byte, v int64) []byte { return appendTimestamp(dst, v, 1e3, false) })
	case *arrow.Time32Type:
		return unitKind[*array.Time32](t.Unit, func(u parquet.TimeUnit) parquet.Node { return parquet.TimeAdjusted(u, false) }, func(dst []byte, v, perSecond int64) []byte {
			return appendTime(dst, v, perSecond, false)
		})
	case *arrow.Time64Type:
		return unitKind[*array.Time64](t.Unit, func(u parquet.TimeUnit) parquet.Node { return parquet.TimeAdjusted(u, false) }, func(dst []byte, v, perSecond int64) []byte {
			return appendTime(dst, v, perSecond, false)
		})
	case *arrow.TimestampType:
		zoned := t.TimeZone != ""
		return unitKind[*array.Timestamp](t.Unit, func(u parquet.TimeUnit) parquet.Node { return parquet.TimestampAdjusted(u, zoned) }, func(dst []byte, v, perSecond int64) []byte {
			return appendTimestamp(dst, v, perSecond, zoned)
		})
	case *arrow.DurationType:
		return wholeKind[*array.Duration](parquet.Int(64))
	}
	return arrowKind{
		value: func(a arrow.Array, i int) float64 {
			_ = a.ValueStr(i) // panics now if it does at all
			return math.NaN()
		},
		text: func(dst []byte, a arrow.Array, i int) []byte { return append(dst, a.ValueStr(i)...) },
	}
}

// wholes are arrays of integers.
type wholes[V any] interface {
	arrow.Array
	Value(i int) V
}

// integer is the constraint for the types that integers and times are stored as.
type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

func wholeKind[A wholes[V], V integer](node parquet.Node) arrowKind {
	return arrowKind{
		value: func(a arrow.Array, i int) float64 { return float64(a.(A).Value(i)) },
		text: func(dst []byte, a arrow.Array, i int) []byte {
			return strconv.AppendInt(dst, int64(a.(A).Value(i)), 10)
		},
		numeric: true,
		node:    node,
		typed:   func(a arrow.Array, i int) parquet.Value { return stored(node, int64(a.(A).Value(i))) },
	}
}

func timeKind[A wholes[V], V integer](node parquet.Node, text func(dst []byte, v int64) []byte) arrowKind {
	k := wholeKind[A](node)
	k.numeric = false
	k.text = func(dst []byte, a arrow.Array, i int) []byte { return text(dst, int64(a.(A).Value(i))) }
	return k
}

// unitKind is the kind of a time in the given unit. Seconds become milliseconds, as Parquet has no seconds.
func unitKind[A wholes[V], V integer](unit arrow.TimeUnit, node func(parquet.TimeUnit) parquet.Node, text func(dst []byte, v, perSecond int64) []byte) arrowKind {
	factor, perSecond, of := inUnits(unit)
	k := timeKind[A](node(of), func(dst []byte, v int64) []byte { return text(dst, v*factor, perSecond) })
	k.typed = func(a arrow.Array, i int) parquet.Value { return stored(k.node, int64(a.(A).Value(i))*factor) }
	return k
}

func floatKind(t parquet.Type, value func(a arrow.Array, i int) float64, typed func(float64) parquet.Value) arrowKind {
	return arrowKind{
		value:   value,
		text:    func(dst []byte, a arrow.Array, i int) []byte { return columns.AppendNumber(dst, value(a, i)) },
		numeric: true,
		node:    parquet.Leaf(t),
		typed:   func(a arrow.Array, i int) parquet.Value { return typed(value(a, i)) },
	}
}

// decimalKind is the kind of decimals stored in size bytes, 16 or 32. Other readers of Parquet expect 16 bytes for up to 38 digits;
// decimals with fewer digits in 32 bytes are passed on as text, since the bytes may hold more digits than are declared.
func decimalKind(size int, scale, precision int32, unscaled func(a arrow.Array, i int) *big.Int) arrowKind {
	k := arrowKind{
		value: func(a arrow.Array, i int) float64 {
			v, _ := new(big.Float).SetInt(unscaled(a, i)).Float64()
			return v / math.Pow10(int(scale))
		},
		text:    func(dst []byte, a arrow.Array, i int) []byte { return appendDecimal(dst, unscaled(a, i), int(scale)) },
		numeric: true,
	}
	const ofSixteen = 38 // digits
	if scale < 0 || scale > precision || (size == 16) != (precision <= ofSixteen) {
		return k
	}
	k.node = parquet.Decimal(int(scale), int(precision), parquet.FixedLenByteArrayType(size))
	k.typed = func(a arrow.Array, i int) parquet.Value {
		v := unscaled(a, i)
		if v.Sign() < 0 { // write the two's complement
			v = new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
		}
		return parquet.FixedLenByteArrayValue(v.FillBytes(make([]byte, size)))
	}
	return k
}

// bigOf is the number whose two's complement is words, lowest word first. The library's own conversion is not used: where words
// have 32 bits it loses half of each word, and on big-endian machines it misreads the order of the words in memory.
func bigOf(words ...uint64) *big.Int {
	words = slices.Clone(words)
	if !endian.IsBigEndian {
		slices.Reverse(words)
	}
	v := new(big.Int)
	for _, w := range words {
		v.Or(v.Lsh(v, 64), new(big.Int).SetUint64(w))
	}
	if int64(words[0]) < 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(64*len(words))))
	}
	return v
}

// stringKind is the kind of text, whose number is that of the same text in a cell of CSV.
var stringKind = arrowKind{
	value: func(a arrow.Array, i int) float64 { return columns.Number(a.(wholes[string]).Value(i)) },
	text:  func(dst []byte, a arrow.Array, i int) []byte { return append(dst, a.(wholes[string]).Value(i)...) },
}

// bytesKind is the kind of bytes that need not be text.
var bytesKind = arrowKind{
	value: func(a arrow.Array, i int) float64 { return columns.Number(string(a.(wholes[[]byte]).Value(i))) },
	text:  func(dst []byte, a arrow.Array, i int) []byte { return appendBytes(dst, a.(wholes[[]byte]).Value(i)) },
	node:  parquet.Leaf(parquet.ByteArrayType),
	typed: func(a arrow.Array, i int) parquet.Value { return parquet.ByteArrayValue(a.(wholes[[]byte]).Value(i)) },
}

// dictionaryKind is the kind of indexes into a dictionary with values of the given kind.
func dictionaryKind(of arrowKind) arrowKind {
	entry := func(a arrow.Array, i int) (arrow.Array, int) {
		d := a.(*array.Dictionary)
		return d.Dictionary(), d.GetValueIndex(i)
	}
	return arrowKind{
		value: func(a arrow.Array, i int) float64 {
			values, k := entry(a, i)
			return of.value(values, k)
		},
		text: func(dst []byte, a arrow.Array, i int) []byte {
			values, k := entry(a, i)
			return of.text(dst, values, k)
		},
		numeric: of.numeric,
		null: func(a arrow.Array, i int) bool {
			values, k := entry(a, i)
			return values.IsNull(k) || of.null != nil && of.null(values, k)
		},
		node: of.node,
		typed: func(a arrow.Array, i int) parquet.Value {
			values, k := entry(a, i)
			return of.typed(values, k)
		},
	}
}

// inUnits returns the factor by which a time in Arrow's unit becomes one in Parquet's, the number of Parquet's units in
// a second, and Parquet's unit.
func inUnits(unit arrow.TimeUnit) (factor, perSecond int64, of parquet.TimeUnit) {
	switch unit {
	case arrow.Second:
		return 1e3, 1e3, parquet.Millisecond
	case arrow.Millisecond:
		return 1, 1e3, parquet.Millisecond
	case arrow.Microsecond:
		return 1, 1e6, parquet.Microsecond
	}
	return 1, 1e9, parquet.Nanosecond
}
