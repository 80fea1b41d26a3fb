package data

import (
	"fmt"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// A CellType is what the cells of a column are in a format that has types.
type CellType string

// The types. The value of a cell is a number; that of a boolean is 0 or 1, that of a date or a moment is in seconds since
// 1970-01-01, and that of a clock in seconds since midnight.
const (
	NumberCells  CellType = "number"
	WholeCells   CellType = "whole number" // integers of 64 bits
	BooleanCells CellType = "boolean"
	DateCells    CellType = "date"
	ClockCells   CellType = "time of day"
	MomentCells  CellType = "date and time"
	TextCells    CellType = "text"
)

// cellTypes are all of them.
var cellTypes = []CellType{NumberCells, WholeCells, BooleanCells, DateCells, ClockCells, MomentCells, TextCells}

// said is the type as it is said of a column: text, a boolean.
func (t CellType) said() string {
	if t == TextCells {
		return string(t)
	}
	return "a " + string(t)
}

// A CellColumn is a column of a table of cells.
type CellColumn struct {
	Name   string
	Type   CellType
	Digits int  // of a fraction of a second, which a clock or a moment is kept to: 0 to 9, default 0
	UTC    bool // whether a moment is one everywhere, not by the clock of a place that is not known
}

// Validate reports a type that is none, or digits out of range.
func (c CellColumn) Validate() error {
	switch {
	case !slices.Contains(cellTypes, c.Type):
		return fmt.Errorf("data: CellColumn %q: Type = %q, want one of %q", c.Name, c.Type, cellTypes)
	case c.Digits < 0 || c.Digits > 9:
		return fmt.Errorf("data: CellColumn %q: Digits = %d, want 0 to 9", c.Name, c.Digits)
	}
	return nil
}

// unit is the coarsest unit of Parquet that keeps so many digits, with how many of it a second has.
func (c *CellColumn) unit() (parquet.TimeUnit, float64) {
	switch {
	case c.Digits > 6:
		return parquet.Nanosecond, 1e9
	case c.Digits > 3:
		return parquet.Microsecond, 1e6
	}
	return parquet.Millisecond, 1e3
}

// node is the column in Parquet, where each cell may be missing.
func (c *CellColumn) node() parquet.Node {
	unit, _ := c.unit()
	switch c.Type {
	case WholeCells:
		return parquet.Optional(parquet.Int(64))
	case BooleanCells:
		return parquet.Optional(parquet.Leaf(parquet.BooleanType))
	case DateCells:
		return parquet.Optional(parquet.Date())
	case ClockCells:
		return parquet.Optional(parquet.TimeAdjusted(unit, false))
	case MomentCells:
		return parquet.Optional(parquet.TimestampAdjusted(unit, c.UTC))
	case TextCells:
		return parquet.Optional(parquet.String())
	}
	return parquet.Optional(parquet.Leaf(parquet.DoubleType))
}

// value is a cell in Parquet, of its text or its number; null if it is missing. ok is false if the number has no place in the type.
func (c *CellColumn) value(text string, v float64) (value parquet.Value, ok bool) {
	if c.Type == TextCells {
		if text == "" {
			return parquet.Value{}, true
		}
		return parquet.ByteArrayValue([]byte(text)), true
	}
	if v != v {
		return parquet.Value{}, true
	}
	_, units := c.unit()
	switch c.Type {
	case WholeCells:
		return parquet.Int64Value(int64(v)), v == math.Trunc(v) && math.Abs(v) <= 1<<53
	case BooleanCells:
		return parquet.BooleanValue(v != 0), v == 0 || v == 1
	case DateCells:
		days := math.Floor(v / daySeconds)
		return parquet.Int32Value(int32(days)), math.Abs(days) < 1<<31
	case ClockCells:
		at := math.Round(v * units)
		if units == 1e3 {
			return parquet.Int32Value(int32(at)), at >= 0 && at < daySeconds*units
		}
		return parquet.Int64Value(int64(at)), at >= 0 && at < daySeconds*units
	case MomentCells:
		whole := math.Floor(v) // apart from the fraction, because both together have more digits than float64
		fraction := math.Round((v - whole) * units)
		return parquet.Int64Value(int64(whole)*int64(units) + int64(fraction)), math.Abs(whole*units+fraction) < 1<<63
	}
	return parquet.DoubleValue(v), true
}
