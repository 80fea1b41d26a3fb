// Package data reads and writes tables: CSV and TSV (plain, gzip or zstd), Parquet, Arrow (read only), NPY, NPZ, standard input. It
// also makes toy data sets whose density is known.
//
// FromTable reads rows from anything else that has cells; data/sql provides this for databases.
//
// Open gives a File, which is a rows.Source: it can be read any number of times, in constant memory. ReadAll gives a
// Table. Inspect reads any source once, in constant memory, and summarizes each column.
//
//	f, err := data.Open("table.csv.gz", data.Options{Except: []string{"label"}})
//	columns, err := data.Inspect(ctx, f)
//	table, err := f.ReadAll() // or train on f itself; errors name the columns, counts and first rows that are no numbers
//
// # Bad cells
//
// A cell is a number if strconv.ParseFloat, after surrounding spaces are removed, reads it as a finite number and it contains no _.
// All other cells are bad: those that Missing lists (an empty cell, NA, NaN, null, ?, inf, …) are missing, the rest is text. A bad
// cell in a column that is read is an error that names the cell; with Options.DropMissing its row is left out and counted. Nothing
// is dropped, clipped or filled in silently.
//
// # Rows that are passed on
//
// CreateRecords writes the rows of a File exactly as they are, including columns that are not read, followed by further columns.
package data
