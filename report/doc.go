// Package report presents a fitted model of a table to readers who do not know flows: Write makes one HTML page that
// needs no network, with a light and a dark style.
//
//	err := report.Write(w, report.Input{Model: model, Rows: x, Name: "wine.csv"})
//
// The page says first how far samples of the model can stand in for rows of the table, how likely rows are that the model was not
// fitted to, and whether the given rows look like those it was fitted to. Then it shows, with rows beside samples, each column, the
// pairs that fit worst and those that depend most; how much every two columns tell of each other; which rows are unusual and in
// which columns; how the fit went; and what the columns are. For a flow it also shows its latents, layers and round trips. Every
// number is computed from the model and the given rows; the same Input makes the same page, byte for byte. At most 320 columns are
// drawn and 1000 listed; the number of further ones is given.
//
// WriteDrift makes a page of how two tables differ, from the result of drift.Compare.
package report
