package tabular

import (
	"gaussflow/columns"
	"gaussflow/train"
)

// Facts are what a Model knows beside its Flow. They can be encoded as JSON and decoded again.
type Facts struct {
	Columns   []Column  `json:"columns"`         // of the table, dropped ones included, in its order
	Given     []string  `json:"given,omitempty"` // columns that the density is conditional on; in rows they follow the kept ones
	Config    Config    `json:"config"`          // with the preset's choices filled in
	Quanta    []float64 `json:"quanta"`          // width of the uniform noise of each column of the flow; 0 for none
	Warnings  []Warning `json:"warnings,omitempty"`
	Training  Training  `json:"training"`
	Reference Quantiles `json:"reference"`            // log p of rows that the model was not fitted to
	Fitted    Quantiles `json:"fitted,omitempty"`     // log p of the training rows
	Held      Quantiles `json:"validation,omitempty"` // log p of the validation rows
	// Schema describes all columns of the table, including those without a density; nil if the model was not made by FitTable.
	Schema *columns.Schema `json:"schema,omitempty"`
}

// Training is a summary of a fit.
type Training struct {
	Rows           int            `json:"rows"`                 // training rows
	ValidationRows int            `json:"validation_rows"`      // rows that chose the epoch
	ReferenceRows  int            `json:"reference_rows"`       // rows behind Reference: the validation rows and, if those are few, training rows
	TableRows      int            `json:"table_rows,omitempty"` // rows of the whole table, if the rows given to the fit are a sample of it; set by the caller
	Parameters     int            `json:"parameters"`
	Seconds        float64        `json:"seconds"`
	Kernels        string         `json:"kernels,omitempty"` // the instruction set that was used; see kernel.Set
	History        *train.History `json:"history"`           // losses of the trained layers alone, without the log-dets of the fixed layers ahead of them
	// LogLikelihood is the mean log p of the validation rows, in nats and in the table's units.
	LogLikelihood float64 `json:"log_likelihood"`
}
