// Package report shows a fitted model of a table to someone who does not know flows: Write makes one HTML page that
// needs no network, in light and dark.
//
//	err := report.Write(w, report.Input{Model: model, Rows: x, Name: "wine.csv"})
//
// The page says what the model is, how the table's rows and rows sampled from the model compare, which rows are odd
// and by which columns, how the fit went, and how far the model can be trusted. Every number is computed from the
// model and the rows given; the same Input makes the same page, byte for byte.
package report
