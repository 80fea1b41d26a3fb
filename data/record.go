package data

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go"

	"gaussflow/internal/csvcell"
)

// A form says how whole rows are kept while a table is read, so that they can be passed on exactly.
type form int

const (
	numbersOnly form = iota // no whole rows, only the columns read as numbers
	cellsOnly               // the cells, as text or numbers, and no whole rows
	asText                  // whole rows as records of CSV; cells of a text format stay as they are written
	asValues                // whole rows as typed values of Parquet
)

// keptText is how many bytes of whole rows one Read collects before it returns early, because rows may be long and many are
// read at once.
const keptText = 4 << 20

// appendCells appends the cells of a row as a record of CSV.
func appendCells(dst []byte, columns int, comma byte, cell func(dst []byte, column int) []byte) []byte {
	var text []byte
	for j := range columns {
		if j > 0 {
			dst = append(dst, comma)
		}
		text = cell(text[:0], j)
		dst = csvcell.Append(dst, text, comma)
	}
	return dst
}

// appendNames appends the names of columns as a record of CSV.
func appendNames(dst []byte, names []string, comma byte) []byte {
	return appendCells(dst, len(names), comma, func(dst []byte, j int) []byte { return append(dst, names[j]...) })
}

// appendValue appends a value of a Parquet leaf: its column, levels, kind and bytes.
func appendValue(dst []byte, column int, v parquet.Value) []byte {
	dst = binary.AppendUvarint(dst, uint64(column))
	dst = append(dst, byte(v.RepetitionLevel()), byte(v.DefinitionLevel()), byte(v.Kind()))
	body := v.Bytes()
	dst = binary.AppendUvarint(dst, uint64(len(body)))
	return append(dst, body...)
}

// readValues reads back onto row what appendValue wrote; byte arrays share the memory of record. ok is false if record holds
// anything else.
func readValues(row parquet.Row, record []byte) (_ parquet.Row, ok bool) {
	for len(record) > 0 {
		column, n := binary.Uvarint(record)
		if n <= 0 || len(record) < n+3 {
			return row, false
		}
		levels := record[n : n+3]
		size, m := binary.Uvarint(record[n+3:])
		if m <= 0 || size > uint64(len(record)-(n+3+m)) {
			return row, false
		}
		body := record[n+3+m:][:size]
		record = record[n+3+m+int(size):]
		v := parquet.Value{}
		if kind := parquet.Kind(int8(levels[2])); kind >= 0 {
			v = kind.Value(body)
		}
		row = append(row, v.Level(int(levels[0]), int(levels[1]), int(column)))
	}
	return row, true
}

// errLong reports a row that is too long to be passed on.
func errLong(column string) error {
	return reasonf("column %q has a row of more than %d bytes, which is not passed on", column, maxRecord)
}
