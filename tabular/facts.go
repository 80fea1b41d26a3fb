package tabular

import (
	"gaussflow/columns"
	"gaussflow/train"
)

// Facts are what a Model knows beside its Flow. They survive JSON.
type Facts struct {
	Columns   []Column  `json:"columns"`         // of the table, dropped ones included, in its order
	Given     []string  `json:"given,omitempty"` // columns that the density is conditional on, read after the kept ones
	Config    Config    `json:"config"`          // with the preset's choices filled in
	Quanta    []float64 `json:"quanta"`          // width of the uniform noise of each column of the flow, 0: none
	Warnings  []Warning `json:"warnings,omitempty"`
	Training  Training  `json:"training"`
	Reference Quantiles `json:"reference"`            // log p of rows that were not fitted to
	Fitted    Quantiles `json:"fitted,omitempty"`     // log p of the rows fitted to
	Held      Quantiles `json:"validation,omitempty"` // log p of the validation rows
	// Schema is what all columns of the table are, those without a density included; nil where FitTable has not made the model.
	Schema *columns.Schema `json:"schema,omitempty"`
}

// Training is a summary of a fit.
type Training struct {
	Rows           int            `json:"rows"`                 // fitted to
	ValidationRows int            `json:"validation_rows"`      // that chose the epoch
	ReferenceRows  int            `json:"reference_rows"`       // behind Reference: the validation rows, and fitted ones where those are few
	TableRows      int            `json:"table_rows,omitempty"` // of the table, where those fitted to and validated on were drawn from more; the caller's
	Parameters     int            `json:"parameters"`
	Seconds        float64        `json:"seconds"`
	Kernels        string         `json:"kernels,omitempty"` // the instruction set that computed it; see kernel.Set
	History        *train.History `json:"history"`           // losses of the trained layers, without the log-dets of fixed ones ahead of them
	// LogLikelihood is the mean log p of the validation rows, nats, in the table's units.
	LogLikelihood float64 `json:"log_likelihood"`
}
