package data

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/format"
)

// A tableNode is the root of a table's schema, which keeps the columns in their order instead of sorting them by name.
type tableNode struct {
	parquet.Group
	columns []parquet.Field
}

// Fields are the columns.
func (t tableNode) Fields() []parquet.Field { return t.columns }

// fieldsOf are columns with these names and types.
func fieldsOf(names []string, nodes []parquet.Node) []parquet.Field {
	fields := make([]parquet.Field, len(names))
	for j, name := range names {
		fields[j] = field{parquet.Group{name: nodes[j]}.Fields()[0], nil, nodes[j].Type()}
	}
	return fields
}

// doubles are required columns of float64.
func doubles(names []string) []parquet.Field {
	nodes := make([]parquet.Node, len(names))
	for j := range nodes {
		nodes[j] = parquet.Leaf(parquet.DoubleType)
	}
	return fieldsOf(names, nodes)
}

// A field is a column to write, with the type of a column that was read, in our own encoding and compression.
type field struct {
	parquet.Field
	within []parquet.Field
	typ    parquet.Type
}

// Fields are the fields of a group.
func (f field) Fields() []parquet.Field { return f.within }

// Type is the type.
func (f field) Type() parquet.Type { return f.typ }

// Encoding is plain.
func (f field) Encoding() encoding.Encoding { return nil }

// Compression is Snappy.
func (f field) Compression() compress.Codec { return &parquet.Snappy }

// fields are the columns of the file, including nested ones, with their names and types and whether they are optional.
func (l *parquetLayout) fields([]int) (fields []parquet.Field, err error) {
	for j, t := range l.types {
		if _, null := logical(t).(*format.NullType); t.Kind() < 0 && !null {
			return nil, &FormatError{File: l.in.name, What: fmt.Sprintf("column %q has a type that is not known, and cannot be passed on", l.names[j])}
		}
	}
	file, source, err := parquetFile(l.in)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	defer l.in.recovered(&err)
	types := l.types
	for _, f := range file.Root().Fields() {
		fields = append(fields, passedField(f, &types))
	}
	return fields, nil
}

// passedField is a field to write with the type it has in the file; types are those of the leaves still to come.
func passedField(f parquet.Field, types *[]parquet.Type) parquet.Field {
	if f.Leaf() {
		t := (*types)[0]
		*types = (*types)[1:]
		return field{f, nil, t}
	}
	g := field{Field: f, typ: f.Type()}
	for _, inner := range f.Fields() {
		g.within = append(g.within, passedField(inner, types))
	}
	return g
}

// meant is a type with exactly the logical type that the file declares, even one that the decoder does not know.
func meant(t parquet.Type, element *format.SchemaElement) parquet.Type {
	named := element.LogicalType.Value != nil
	switch {
	case named && t.LogicalType() == nil:
		return meaning{t, &element.LogicalType}
	case !named && !element.ConvertedType.Valid && t.Kind() >= 0:
		return meaning{t, nil}
	}
	return t
}

// meaning is a type with the logical type that it stands for, or nil.
type meaning struct {
	parquet.Type
	logical *format.LogicalType
}

// LogicalType is the declared logical type.
func (m meaning) LogicalType() *format.LogicalType { return m.logical }

// ConvertedType is nil, because every type that has one is known to the decoder.
func (m meaning) ConvertedType() *deprecated.ConvertedType { return nil }

// logical is the logical type of a type, nil if there is none.
func logical(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

// checkNames reports two columns of a Parquet table with the same name, because readers find columns by name.
func checkNames(fields []parquet.Field) error {
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		if seen[f.Name()] {
			return reasonf("two columns %q, want each name once in Parquet (a name in .csv takes them as they are)", f.Name())
		}
		seen[f.Name()] = true
	}
	return nil
}
