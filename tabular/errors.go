package tabular

import (
	"fmt"
	"strings"

	"gaussflow/flows"
	"gaussflow/internal/counted"
)

// A ConfigError reports a field of Config that is out of range.
type ConfigError struct{ Field, Got, Want string }

func configError(field string, got any, want string) error {
	return &ConfigError{field, fmt.Sprint(got), want}
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("tabular: Config: %s = %s, want %s", e.Field, e.Got, e.Want)
}

// A ConstantError names the columns that have the same value in every training row.
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

// A FewRowsError reports a table with too few rows for a fit.
type FewRowsError struct{ Got, Want int }

func (e *FewRowsError) Error() string {
	return fmt.Sprintf("tabular: Fit: got %s, want at least %d", counted.Of(e.Got, "row"), e.Want)
}

// A SpreadError reports a column that cannot be standardized because of its spread.
type SpreadError struct{ Column, What string }

func (e *SpreadError) Error() string { return fmt.Sprintf("column %q: %s", e.Column, e.What) }

// A RowError reports a row of the table for which the fitted flow has no finite log-density, because a cell is too far
// from all others.
type RowError struct {
	Row    int    // of the table, from 0; −1 for a row of Config.Validation
	Column string // of the cell that is farthest out, in standard deviations of the training rows
	Value  float64
	Err    *flows.RowError // its Row is the index among the validation rows, or among the training rows
}

func (e *RowError) Error() string {
	text := fmt.Sprintf("tabular: Fit: row %d (from 0), column %q is %v", e.Row, e.Column, e.Value)
	if e.Err == nil {
		return text
	}
	return text + ": " + e.Err.Reason()
}

// Unwrap returns the flow's error.
func (e *RowError) Unwrap() error {
	if e.Err == nil { // nil, rather than an error that holds a nil pointer
		return nil
	}
	return e.Err
}

// A MixedError says why an any-order density could not be fitted.
type MixedError struct{ Err error }

func (e *MixedError) Error() string { return fmt.Sprintf("tabular: FitTable: %v", e.Err) }

// Unwrap is the error of package mixed.
func (e *MixedError) Unwrap() error { return e.Err }
