// Package data brings tables in and out: CSV and TSV (plain, gzip or zstd), Parquet, NPY, NPZ, standard input; and
// it makes toy sets whose density is known.
//
// Open gives a File, which is a train.Source: it can be read as often as wanted, in constant memory. Inspect reads it
// once and reports on every column; Prepare does so and acts on what Options allow. ReadAll gives a Table.
//
//	f, err := data.Open("table.csv.gz", data.Options{Except: []string{"label"}, DropConstant: true})
//	f, report, err := data.Prepare(f) // errors name the columns, counts and first rows that cannot be modelled
//	table, err := f.ReadAll()         // or train on f itself
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
