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
	columns []*arrowColumn // of the table; nil: not read
	batch   arrow.RecordBatch
	left    int64 // rows of the batch that were not looked at
	at, n   int   // the present row of those that were, and how many they are
	row     int
	buf     []byte // one cell
}

// arrowPiece is how many rows of a batch are looked at together.
const arrowPiece = 256

// arrowColumn is a column as far as it was looked at.
type arrowColumn struct {
	arrowLeaf
	arrays []arrow.Array // of the batch: the structs that the column is in, and itself
	first  int           // row of the batch that values begin with
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

// look takes in the next rows. What is wrong with an array shows here, where an error can be told.
func (s *arrowScanner) look() (err error) {
	defer func() {
		if recover() != nil { // an index of a damaged array that is out of its range, whose words help nobody
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

// look takes in n rows.
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

// null reports whether row i of those looked at has no value.
func (c *arrowColumn) null(i int) bool {
	for _, a := range c.arrays {
		if a.IsNull(c.first + i) {
			return true
		}
	}
	return c.kind.null != nil && c.kind.null(c.arrays[len(c.arrays)-1], c.first+i)
}

// text appends row i of those looked at: nothing where there is no value.
func (c *arrowColumn) text(dst []byte, i int) []byte {
	if c.null(i) {
		return dst
	}
	return c.kind.text(dst, c.arrays[len(c.arrays)-1], c.first+i)
}

// parquet is row i of those looked at as a value of a column of Parquet that may be missing.
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
		if len(s.buf) == 0 && !c.null(s.at) { // text that is empty is in quotes, as null is nothing
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
