package columns_test

import (
	"testing"

	"gaussflow/columns"
)

// TestMissingErrors: the errors of spreadsheets are no values.
func TestMissingErrors(t *testing.T) {
	for _, cell := range []string{"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#ERROR!", "#N/A", "-nan"} {
		if !columns.Missing(cell) {
			t.Errorf("%q is not missing", cell)
		}
	}
}
