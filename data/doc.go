// Package data brings tables in and out: CSV and TSV (plain, gzip or zstd), Parquet, Arrow (read only), NPY, NPZ, standard input; and
// it makes toy sets whose density is known.
//
// FromTable takes rows from anything else that has cells; data/sql is such a source, of databases.
//
// Open gives a File, which is a rows.Source: it can be read as often as wanted, in constant memory. ReadAll gives a Table.
// Inspect reads any source once, in constant memory, and says what is in each column.
//
//	f, err := data.Open("table.csv.gz", data.Options{Except: []string{"label"}})
//	columns, err := data.Inspect(ctx, f)
//	table, err := f.ReadAll() // or train on f itself; errors name the columns, counts and first rows that are no numbers
//
// # Bad cells
//
// A cell is a number if strconv.ParseFloat, after spaces around it are cut, reads a finite one without a _ in it. All others are bad:
// those that Missing lists (an empty cell, NA, NaN, null, ?, inf, …) are missing, the rest is text. A bad cell in a
// column that is read is an error which names it; with Options.DropMissing the row is left out and counted. Nothing
// is dropped, clipped or filled in silently.
//
// # Rows that are passed on
//
// CreateRecords writes the rows of a File, columns that are not read included, with more behind, and each value exactly: see there.
package data
