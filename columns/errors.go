package columns

import "fmt"

// A SchemaError says what is wrong with a schema, and where.
type SchemaError struct {
	Where string // of the schema: a column, a line; "": the whole
	What  string
}

func (e *SchemaError) Error() string {
	if e.Where == "" {
		return "columns: schema: " + e.What
	}
	return fmt.Sprintf("columns: schema: %s: %s", e.Where, e.What)
}
