package tabular

import "gaussflow/data"

// Column is what Fit found in one column of the table.
type Column struct {
	data.Column
	// Dropped columns are constant, and the flow has no dimension for them.
	Dropped bool `json:"dropped,omitempty"`
}
