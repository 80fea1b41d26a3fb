package data

import (
	"errors"
	"io"
	"math"
	"math/big"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"gaussflow/columns"
	"gaussflow/internal/csvcell"
)

// parquetColumn is a column chunk, read page by page.
type parquetColumn struct {
	value   func(parquet.Value) float64
	write   func(dst []byte, v parquet.Value) []byte
	numeric bool   // a number is stored, other than a date or time
	wide    bool   // the chunk is read as 64-bit numbers although its values have 32 bits
	list    bool   // a row has several values, or none
	row     []byte // for a list: the values of the current row, as appendValue writes them
	left    int64  // for a list: the number of values that may still come
	pages   parquet.Pages
	page    parquet.Page
	reader  parquet.ValueReader
	values  [256]parquet.Value
	at, n   int // index of the current value, and the number of values
}

// fill reads more values, from the next page if one has ended.
func (c *parquetColumn) fill() error {
	c.at, c.n = 0, 0
	for c.n == 0 {
		if c.reader == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return err
			}
			c.page, c.reader = page, page.Values()
		}
		var err error
		c.n, err = c.reader.ReadValues(c.values[:])
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if c.wide {
			narrow(c.values[:c.n])
		}
		if err != nil && c.n == 0 {
			c.release()
		}
	}
	return nil
}

func (c *parquetColumn) release() {
	if c.page != nil {
		parquet.Release(c.page)
	}
	c.page, c.reader = nil, nil
}

func (c *parquetColumn) close() {
	c.release()
	if c.pages != nil {
		c.pages.Close()
	}
	c.pages, c.at, c.n = nil, 0, 0
}

func (c *parquetColumn) number() float64 {
	v := c.values[c.at]
	if v.IsNull() {
		return math.NaN()
	}
	return finite(c.value(v))
}

// text appends the current value as text; nothing for null.
func (c *parquetColumn) text(dst []byte) []byte {
	v := c.values[c.at]
	if v.IsNull() {
		return dst
	}
	return c.write(dst, v)
}

// cell appends the current value as a CSV cell: empty text is in quotes, to differ from null.
func (c *parquetColumn) cell(dst, text []byte, comma byte) []byte {
	if len(text) == 0 && !c.values[c.at].IsNull() {
		return append(dst, `""`...)
	}
	return csvcell.Append(dst, text, comma)
}

// valueOf says how a type is read as a number: booleans as 0 and 1, decimals with their scale, dates and times as the
// integers that they are stored as, strings like cells of CSV. Int96 and other bytes are no numbers.
func valueOf(t parquet.Type) func(parquet.Value) float64 {
	scale, decimal := decimalScale(t)
	switch kind := t.Kind(); {
	case kind == parquet.Boolean:
		return func(v parquet.Value) float64 { return float64(v.Byte()) }
	case kind == parquet.Float:
		return func(v parquet.Value) float64 { return float64(v.Float()) }
	case kind == parquet.Double:
		return parquet.Value.Double
	case kind == parquet.Int32 && unsigned(t):
		return func(v parquet.Value) float64 { return float64(v.Uint32()) }
	case kind == parquet.Int64 && unsigned(t):
		return func(v parquet.Value) float64 { return float64(v.Uint64()) }
	case kind == parquet.Int32:
		return func(v parquet.Value) float64 { return float64(v.Int32()) / scale }
	case kind == parquet.Int64:
		return func(v parquet.Value) float64 { return float64(v.Int64()) / scale }
	case decimal:
		return func(v parquet.Value) float64 {
			x, _ := new(big.Float).SetInt(bigEndian(v.ByteArray())).Float64()
			return x / scale
		}
	case kind == parquet.ByteArray:
		return func(v parquet.Value) float64 { return columns.Number(string(v.ByteArray())) }
	}
	if _, ok := logical(t).(*format.Float16Type); ok {
		return func(v parquet.Value) float64 { return half(v.ByteArray()) }
	}
	return func(parquet.Value) float64 { return math.NaN() }
}

// isNumeric reports whether a type holds numbers rather than booleans, dates, times or texts, which may be stored as
// numbers.
func isNumeric(t parquet.Type) bool {
	switch logical(t).(type) {
	case *format.DateType, *format.TimeType, *format.TimestampType:
		return false
	case *format.DecimalType, *format.Float16Type:
		return true
	}
	switch t.Kind() {
	case parquet.Int32, parquet.Int64, parquet.Float, parquet.Double:
		return true
	}
	return false
}

// decimalScale is 10 to the power of a decimal type's scale, 1 for another type.
func decimalScale(t parquet.Type) (scale float64, decimal bool) {
	if d, ok := logical(t).(*format.DecimalType); ok {
		return math.Pow10(int(d.Scale)), true
	}
	return 1, false
}

func unsigned(t parquet.Type) bool {
	i, ok := logical(t).(*format.IntType)
	return ok && !i.IsSigned
}

// bigEndian is the value of a two's complement integer of any length.
func bigEndian(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}
