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

// DELTA_BINARY_PACKED holds integers as differences, in the same bytes whether they are of 32 bits or of 64. Some writers, as DuckDB, take
// differences of numbers of 32 bits in 64, where an unsigned number above 2³¹, or a step of more than that, has no place in the 32 bits
// in which the decoder adds them up. So chunks that are packed so are read as numbers of 64 bits, from a footer that says so.

// deltasOnly tells a chunk of numbers of 32 bits of which every value is a difference.
func deltasOnly(c *format.ColumnMetaData) bool {
	return c.Type == format.Int32 && slices.Contains(c.Encoding, format.DeltaBinaryPacked) &&
		!slices.ContainsFunc(c.Encoding, func(e format.Encoding) bool { // the others are of levels
			return e != format.DeltaBinaryPacked && e != format.RLE && e != format.BitPacked
		})
}

// widened are the row groups of a file in which each column with such a chunk has numbers of 64 bits, nil where none has: they are
// right for those chunks alone.
func widened(file *parquet.File, source io.ReaderAt) ([]parquet.RowGroup, error) {
	m := *file.Metadata()
	var wide []bool // by leaf
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

// widenedSchema has INT64 for each wide leaf, and no meaning for it.
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

// refooted is a file of size bytes with another footer behind them.
type refooted struct {
	file   io.ReaderAt
	size   int64
	footer []byte
}

// ReadAt reads from both.
func (r *refooted) ReadAt(p []byte, at int64) (n int, err error) {
	if at < r.size {
		if n, err = r.file.ReadAt(p[:min(int64(len(p)), r.size-at)], at); err != nil || n == len(p) {
			return n, err
		}
	}
	more, err := bytes.NewReader(r.footer).ReadAt(p[n:], at+int64(n)-r.size)
	return n + more, err
}

// narrow makes values of 32 bits of those of 64.
func narrow(values []parquet.Value) {
	for i, v := range values {
		if !v.IsNull() {
			values[i] = parquet.Int32Value(int32(v.Int64())).Level(v.RepetitionLevel(), v.DefinitionLevel(), v.Column())
		}
	}
}
