// Package report shows a fitted model of a table to someone who does not know flows: Write makes one HTML page that
// needs no network, in light and dark.
//
//	err := report.Write(w, report.Input{Model: model, Rows: x, Name: "wine.csv"})
//
// The page says first how far samples of the model can stand in for rows of the table, how likely rows are that were not
// fitted to, and whether the rows given look like those fitted to at all. Then it shows each column and the pairs that fit
// worst and that depend most, rows beside samples, how much every two columns tell of each other, which rows are odd and by which columns, how the fit went and what the
// columns are; of a flow also its latents, its layers and its round trips. Every number is computed from the model and the
// rows given; the same Input makes the same page, byte for byte. However many columns there are, at most 320 are drawn and 1000 listed, and a count says of how many more.
//
// WriteDrift makes the page of how two tables differ, of what drift.Compare has found.
package report
