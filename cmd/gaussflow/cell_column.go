package main

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gaussflow/columns"
	"gaussflow/data"
)

// cellColumn is how a column is written in a format with types: as the type that it has there in tables of its kind.
func cellColumn(c *columns.Column) data.CellColumn {
	return data.CellColumn{Name: c.Name, Type: cellType(c), Digits: c.Form.FractionDigits(), UTC: c.Form.Zoned()}
}

func cellType(c *columns.Column) data.CellType {
	texts := textsOf(c)
	switch {
	case c.Form.Layout != "":
		return timeType(&c.Form)
	case texts == nil && isWhole(c), texts != nil && !slices.ContainsFunc(texts, func(s string) bool { return !isInteger(s) }):
		return data.WholeCells
	case texts == nil, c.Kind == columns.Constant && isNumber(c), !slices.ContainsFunc(texts, func(s string) bool { return !isDecimal(s) }):
		return data.NumberCells
	case !slices.ContainsFunc(texts, func(s string) bool { return !strings.EqualFold(s, "false") && !strings.EqualFold(s, "true") }):
		return data.BooleanCells
	}
	return data.TextCells
}

// textsOf are the texts of a column that has only a few; nil for one of numbers or times.
func textsOf(c *columns.Column) (texts []string) {
	if c.Kind == columns.Constant {
		return []string{c.Value}
	}
	for _, l := range c.Levels {
		texts = append(texts, l.Text)
	}
	return texts
}

// timeType is the type of times: a length of time, or a month, has none that other programs read as such.
func timeType(f *columns.Form) data.CellType {
	switch dated, clocked := f.Dated(); {
	case dated && clocked:
		return data.MomentCells
	case dated:
		return data.DateCells
	case clocked:
		return data.ClockCells
	}
	return data.TextCells
}

// isNumber reports whether a column's values are numbers.
func isNumber(c *columns.Column) bool {
	_, err := c.Parse(c.Value)
	return len(c.Levels) == 0 && c.Form.Layout == "" && (c.Kind != columns.Constant || err == nil && columns.Number(c.Value) == columns.Number(c.Value))
}

// isWhole reports whether a column of numbers is written without decimals.
func isWhole(c *columns.Column) bool {
	return c.Form.Decimals == 0 && c.Form.Exponent == "" && max(math.Abs(c.Min), math.Abs(c.Max)) < 1<<53
}

// isInteger reports whether a text is an integer as programs write it, and so can be written as one again.
func isInteger(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == s && int64(float64(n)) == n
}

// isDecimal reports whether a text is a decimal number without zeros before it, as codes have.
func isDecimal(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	padded := len(digits) > 1 && digits[0] == '0' && digits[1] != '.'
	return columns.Number(s) == columns.Number(s) && !padded
}

// valueOf is the value of a cell of a type, given the column's value: a level is the number or the boolean that its text is.
func valueOf(c *columns.Column, t data.CellType, text string, v float64) float64 {
	switch {
	case textsOf(c) == nil && t == data.WholeCells:
		return math.Round(v)
	case textsOf(c) == nil || text == c.Form.Missing:
		return v
	case t == data.BooleanCells && strings.EqualFold(text, "true"):
		return 1
	case t == data.BooleanCells:
		return 0
	case c.Form.Layout != "":
		v, _ = c.Parse(text)
		return v
	}
	return columns.Number(text)
}
