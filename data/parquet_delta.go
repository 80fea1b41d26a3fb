package data

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	compact "github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// DELTA_BINARY_PACKED stores integers as differences, in the same format for 32 and 64 bits. Some writers, such as DuckDB, compute
// the differences of 32-bit numbers in 64 bits, so that unsigned numbers above 2³¹, and steps larger than that, overflow the 32
// bits in which the decoder adds them up. Such chunks are therefore read as 64-bit numbers, with a modified footer that declares
// them so.

// deltasOnly reports a chunk of 32-bit numbers in which every value is stored as a difference.
func deltasOnly(c *format.ColumnMetaData) bool {
	return c.Type == format.Int32 && slices.Contains(c.Encoding, format.DeltaBinaryPacked) &&
		!slices.ContainsFunc(c.Encoding, func(e format.Encoding) bool { // the others are encodings of levels
			return e != format.DeltaBinaryPacked && e != format.RLE && e != format.BitPacked
		})
}

// widened are the row groups of a file with each column that has such a chunk declared as 64-bit numbers; nil if there is none.
// They are right for those chunks alone.
func widened(file *parquet.File, source io.ReaderAt) ([]parquet.RowGroup, error) {
	m := *file.Metadata()
	var wide []bool // for each leaf
	found := false
	for _, g := range m.RowGroups {
		wide = append(wide, make([]bool, max(0, len(g.Columns)-len(wide)))...)
		for j := range g.Columns {
			if deltasOnly(&g.Columns[j].MetaData) {
				wide[j], found = true, true
			}
		}
	}
	if !found {
		return nil, nil
	}
	m.Schema = widenedSchema(m.Schema, wide)
	m.RowGroups = slices.Clone(m.RowGroups)
	for i := range m.RowGroups {
		g := &m.RowGroups[i]
		g.Columns = slices.Clone(g.Columns)
		for j := range g.Columns {
			if c := &g.Columns[j].MetaData; wide[j] {
				c.Type, c.Statistics = format.Int64, format.Statistics{}
			}
		}
	}
	footer, err := compact.Marshal(new(compact.CompactProtocol), &m)
	if err != nil {
		return nil, err
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	other := &refooted{source, file.Size(), append(footer, "PAR1"...)}
	again, err := parquet.OpenFile(other, other.size+int64(len(other.footer)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	return again.RowGroups(), nil
}

// widenedSchema declares each wide leaf as INT64 without a logical type.
func widenedSchema(schema []format.SchemaElement, wide []bool) []format.SchemaElement {
	schema, leaf := slices.Clone(schema), 0
	for i := range schema {
		e := &schema[i]
		if !e.Type.Valid {
			continue
		}
		if leaf < len(wide) && wide[leaf] {
			*e = format.SchemaElement{Type: e.Type, RepetitionType: e.RepetitionType, Name: e.Name}
			e.Type.V = format.Int64
		}
		leaf++
	}
	return schema
}

// refooted is a file with another footer appended after its size bytes.
type refooted struct {
	file   io.ReaderAt
	size   int64
	footer []byte
}

// ReadAt reads from the file and from the footer after it.
func (r *refooted) ReadAt(p []byte, at int64) (n int, err error) {
	if at < r.size {
		if n, err = r.file.ReadAt(p[:min(int64(len(p)), r.size-at)], at); err != nil || n == len(p) {
			return n, err
		}
	}
	more, err := bytes.NewReader(r.footer).ReadAt(p[n:], at+int64(n)-r.size)
	return n + more, err
}

// narrow converts 64-bit values to 32-bit values.
func narrow(values []parquet.Value) {
	for i, v := range values {
		if !v.IsNull() {
			values[i] = parquet.Int32Value(int32(v.Int64())).Level(v.RepetitionLevel(), v.DefinitionLevel(), v.Column())
		}
	}
}
