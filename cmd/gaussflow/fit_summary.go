package main

import (
	"fmt"
	"io"

	"gaussflow/internal/counted"
	"gaussflow/tabular"
)

// fitSummary is what a fit reports.
type fitSummary struct {
	Model          string            `json:"model"`
	Rows           int               `json:"rows"`
	ValidationRows int               `json:"validation_rows"`
	TableRows      int               `json:"table_rows,omitempty"` // rows from which these were drawn, if not all are used
	DroppedRows    int               `json:"dropped_rows"`
	Columns        []string          `json:"columns"`
	Family         tabular.Family    `json:"family"`
	Parameters     int               `json:"parameters"`
	Epochs         int               `json:"epochs"`
	LogLikelihood  float64           `json:"log_likelihood"`
	Seconds        float64           `json:"seconds"`
	Interrupted    bool              `json:"interrupted"`
	Warnings       []tabular.Warning `json:"warnings"`
}

func newFitSummary(path string, m *tabular.Model, table *typedTable, interrupted bool) fitSummary {
	t := m.Training
	return fitSummary{
		Model: path, Rows: t.Rows, ValidationRows: t.ValidationRows, TableRows: t.TableRows, DroppedRows: table.dropped + table.skipped, Columns: m.Kept(), Parameters: t.Parameters,
		Epochs: len(t.History.Epoch), Family: m.Config.Family, LogLikelihood: t.LogLikelihood, Seconds: t.Seconds, Interrupted: interrupted,
		Warnings: append([]tabular.Warning{}, m.Warnings...),
	}
}

func (s fitSummary) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s of %s, %s in %.1f s; mean log p of %s: %.4f nats\n",
		s.Model, counted.Of(s.Rows, "row"), counted.Of(len(s.Columns), "column"), counted.Of(s.Epochs, "epoch"), s.Seconds, counted.Of(s.ValidationRows, "validation row"), s.LogLikelihood)
}
