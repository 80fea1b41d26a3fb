package data

import (
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// cellFields are the columns of a table of text as fields of a Parquet table: doubles for the columns in pick, which are read as
// numbers, and text for the others, all optional. More than that is not known of text before its last row has been read.
func cellFields(names []string, pick []int) []parquet.Field {
	return fieldsOf(names, cellNodes(len(names), pick))
}

func cellNodes(columns int, pick []int) []parquet.Node {
	nodes := make([]parquet.Node, columns)
	for j := range nodes {
		nodes[j] = parquet.Optional(parquet.String())
	}
	for _, j := range pick {
		nodes[j] = parquet.Optional(parquet.Leaf(parquet.DoubleType))
	}
	return nodes
}

// appendCellValue appends cell j of a row of text as cellFields declares it: as a number, NaN if it is missing, or, if number is
// nil, as text. why says what is wrong with a cell that cannot be passed on in this way.
func appendCellValue(dst []byte, j int, text []byte, missing bool, number *float64) (_ []byte, why string) {
	switch {
	case number != nil && *number != *number, number == nil && missing:
		return appendValue(dst, j, parquet.Value{}), ""
	case number != nil && !exactly(*number, string(text)):
		return dst, "has more digits than a number of 64 bits"
	case number != nil:
		return appendValue(dst, j, parquet.DoubleValue(*number).Level(0, 1, j)), ""
	case !utf8.Valid(text):
		return dst, "is not UTF-8, as text in Parquet is"
	}
	return appendValue(dst, j, parquet.ByteArrayValue(text).Level(0, 1, j)), ""
}
