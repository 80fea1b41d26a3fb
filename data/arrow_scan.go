package data

import (
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go"

	"gaussflow/internal/csvcell"
)

// arrowScanner is a pass over the rows of an Arrow table.
type arrowScanner struct {
	stream  *arrowStream
	pick    []int
	columns []*arrowColumn // of the table; nil for those not read
	batch   arrow.RecordBatch
	left    int64 // rows of the batch that have not been decoded
	at, n   int   // index of the current row among the decoded ones, and their number
	row     int
	buf     []byte // one cell
}

// arrowPiece is how many rows of a batch are decoded together.
const arrowPiece = 256

// arrowColumn is a column with the values decoded so far.
type arrowColumn struct {
	arrowLeaf
	arrays []arrow.Array // of the batch: the structs around the column, and the column itself
	first  int           // row of the batch to which the first value belongs
	values [arrowPiece]float64
}

func (s *arrowScanner) next(dst []float64) error {
	if s.at++; s.at >= s.n {
		if err := s.look(); err != nil {
			return err
		}
	}
	s.row++
	for i := range dst {
		dst[i] = s.columns[s.pick[i]].values[s.at]
	}
	return nil
}

// look decodes the next rows. A damaged array makes the library panic here, where it can be turned into an error.
func (s *arrowScanner) look() (err error) {
	defer func() {
		if recover() != nil { // mostly an index out of range in a damaged array; its message would not help a user
			err = s.stream.damaged(reason("a column is not what the schema says"))
		}
	}()
	for s.left == 0 {
		if s.batch, err = s.stream.next(); err != nil {
			return err
		}
		if s.left = s.batch.NumRows(); s.left < 0 || s.left > s.stream.spent.most {
			return s.stream.damaged(reason("a batch claims more rows than it has bytes"))
		}
		for _, c := range s.columns {
			if c != nil {
				c.arrays, c.first = c.within(s.batch), 0
			}
		}
	}
	from := int(s.batch.NumRows() - s.left)
	s.at, s.n = 0, int(min(s.left, arrowPiece))
	s.left -= int64(s.n)
	for _, c := range s.columns {
		if c != nil {
			c.look(from, s.n)
		}
	}
	return nil
}

// look decodes n rows.
func (c *arrowColumn) look(from, n int) {
	c.first = from
	a := c.arrays[len(c.arrays)-1]
	for i := range n {
		c.values[i] = math.NaN()
		if !c.null(i) {
			c.values[i] = finite(c.kind.value(a, from+i))
		}
	}
}

// null reports whether decoded row i has no value.
func (c *arrowColumn) null(i int) bool {
	for _, a := range c.arrays {
		if a.IsNull(c.first + i) {
			return true
		}
	}
	return c.kind.null != nil && c.kind.null(c.arrays[len(c.arrays)-1], c.first+i)
}

// text appends the text of decoded row i; nothing if there is no value.
func (c *arrowColumn) text(dst []byte, i int) []byte {
	if c.null(i) {
		return dst
	}
	return c.kind.text(dst, c.arrays[len(c.arrays)-1], c.first+i)
}

// parquet is decoded row i as a value of an optional column of Parquet.
func (c *arrowColumn) parquet(i, column int) parquet.Value {
	if c.null(i) {
		return parquet.Value{}
	}
	return c.kind.typed(c.arrays[len(c.arrays)-1], c.first+i).Level(0, 1, column)
}

func (s *arrowScanner) number(column int) (float64, bool) {
	c := s.columns[column]
	return c.values[s.at], c.kind.numeric
}

func (s *arrowScanner) cell(dst []byte, column int) []byte {
	return s.columns[column].text(dst, s.at)
}

func (s *arrowScanner) appendText(dst []byte, comma byte) []byte {
	for j, c := range s.columns {
		if j > 0 {
			dst = append(dst, comma)
		}
		s.buf = c.text(s.buf[:0], s.at)
		if len(s.buf) == 0 && !c.null(s.at) { // empty text is written in quotes, to differ from null
			dst = append(dst, `""`...)
		}
		dst = csvcell.Append(dst, s.buf, comma)
	}
	return dst
}

func (s *arrowScanner) appendValues(dst []byte, numbers []float64) ([]byte, error) {
	number := make(map[int]*float64, len(s.pick))
	for i, j := range s.pick {
		number[j] = &numbers[i]
	}
	for j, c := range s.columns {
		if c.kind.node != nil {
			dst = appendValue(dst, j, c.parquet(s.at, j))
			continue
		}
		var why string
		s.buf = c.text(s.buf[:0], s.at)
		if dst, why = appendCellValue(dst, j, s.buf, c.null(s.at), number[j]); why != "" {
			return dst, &FormatError{File: s.stream.in.name, Column: c.name, What: fmt.Sprintf("%.60q in row %d %s: CSV passes it on as it is", s.buf, s.row, why)}
		}
	}
	return dst, nil
}

func (s *arrowScanner) line() int { return 0 }

// Close ends the pass.
func (s *arrowScanner) Close() error { return s.stream.Close() }
