package main

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/tabular"
)

// oddTail is the tail probability up to which a row is explained.
const oddTail = 0.05

// explain finds for the unusual rows of a batch the columns that make them so.
func (s *scoring) explain(b *batch) error {
	b.why = make([]string, len(b.places))
	if !s.why {
		return nil
	}
	var odd []int
	var values []float64
	d := len(s.model.Reads())
	for i := range b.places {
		if s.isOdd(b, i) {
			odd, values = append(odd, i), append(values, b.x.RawRowView(i)[:d]...)
		}
	}
	if len(odd) == 0 {
		return nil
	}
	all, err := s.explainer.Explain(mat.NewDense(len(odd), d, values))
	if err != nil {
		return err
	}
	for k, i := range odd {
		b.why[i] = inWords(tabular.Telling(all[k]), s.model.Schema)
	}
	return nil
}

// isOdd reports whether row i is to be explained; a row that contradicts the schema has a reason already.
func (s *scoring) isOdd(b *batch, i int) bool {
	logProb, tail := b.out.At(i, 0), b.out.At(i, 1)
	return b.broken[i] == "" && !math.IsNaN(logProb) && (s.top > 0 || tail <= max(oddTail, s.flag) || !known(s.model))
}

// inWords writes reasons for a reader, in the form of the table's cells: price 99000, usual 2400 to 5100.
func inWords(reasons []tabular.Reason, schema *columns.Schema) string {
	var said []string
	for _, r := range reasons {
		if words := reasonInWords(r, schema); words != "" {
			said = append(said, words)
		}
	}
	if len(said) == 0 {
		return "no single column: its values are rare together"
	}
	return strings.Join(said, "; ")
}

// reasonInWords is "" where the value, with the digits that the column has, is an end of what is usual.
func reasonInWords(r tabular.Reason, schema *columns.Schema) string {
	var column *columns.Column // nil for a column of plain numbers
	if schema != nil {
		column, _ = schema.Column(r.Name)
	}
	usual := func(v float64) string { return column.Show(column.Round(v)) }
	value, low, high := column.Show(r.Value), usual(r.Low), usual(r.High)
	span := low
	switch {
	case r.Low <= r.Value && r.Value <= r.High: // for example between two modes
		span = usual(r.Usual)
	case value == low || value == high:
		return ""
	case low != high:
		span += " to " + high
	}
	return fmt.Sprintf("%s %s, usual %s", r.Name, value, span)
}
