package tabular

import (
	"fmt"
	"strings"

	"gaussflow/flows"
)

// A ConfigError is a field of Config that is out of range.
type ConfigError struct{ Field, Got, Want string }

func configError(field string, got any, want string) error {
	return &ConfigError{field, fmt.Sprint(got), want}
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("tabular: Config: %s = %s, want %s", e.Field, e.Got, e.Want)
}

// A ConstantError names the columns that have one value in every row trained on.
type ConstantError struct {
	Columns []string
	All     bool // no other column is left
}

func (e *ConstantError) Error() string {
	text := fmt.Sprintf("tabular: Fit: constant columns: %s", strings.Join(e.Columns, ", "))
	if e.All {
		return text + ": want at least one column that varies"
	}
	return text + ": want none, or DropConstant to leave them out"
}

// A FewRowsError is a table that is too short to be fitted to.
type FewRowsError struct{ Got, Want int }

func (e *FewRowsError) Error() string {
	return fmt.Sprintf("tabular: Fit: got %d rows, want at least %d", e.Got, e.Want)
}

// A SpreadError is a column whose spread the arithmetic cannot standardize.
type SpreadError struct{ Column, What string }

func (e *SpreadError) Error() string { return fmt.Sprintf("column %q: %s", e.Column, e.What) }

// A RowError is a row of the table that the fitted flow has no finite log-density of: a cell is too far from all others.
type RowError struct {
	Row    int    // of the table, from 0; −1 of Config.Validation
	Column string // of the cell that is farthest out, by standard deviations of the rows fitted to
	Value  float64
	Err    *flows.RowError // whose Row counts within the rows that were held out, or within the others
}

func (e *RowError) Error() string {
	text := fmt.Sprintf("tabular: Fit: row %d (from 0), column %q is %v", e.Row, e.Column, e.Value)
	if e.Err == nil {
		return text
	}
	return text + ": " + e.Err.Reason()
}

// Unwrap is what the flow says.
func (e *RowError) Unwrap() error {
	if e.Err == nil { // no error, rather than one that is a nil pointer
		return nil
	}
	return e.Err
}

// A MixedError is why an any-order density could not be fitted.
type MixedError struct{ Err error }

func (e *MixedError) Error() string { return fmt.Sprintf("tabular: FitTable: %v", e.Err) }

// Unwrap is the error of package mixed.
func (e *MixedError) Unwrap() error { return e.Err }
