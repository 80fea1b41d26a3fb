package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/graph"
	"gaussflow/tabular"
)

// hint says what can be done about an error of a command: a flag that the command has, or a line for a shell; "" if nothing is
// known.
func hint(c *cobra.Command, err error) string {
	var category *data.CategoryError
	var missing *data.MissingError
	var cell *data.CellError
	var gap *gapError
	var bad *badRowsError
	var mistyped *mistypedError
	var format *data.FormatError
	var row *located
	var size *graph.SizeError
	var empty *data.EmptyError
	switch {
	case errors.As(err, &category):
		names := make([]string, len(category.Columns))
		for i, column := range category.Columns {
			names[i] = column.Name
		}
		return except(c, "these columns", names)
	case errors.As(err, &missing) && len(withoutValues(missing)) > 0:
		return except(c, "what has no value at all", withoutValues(missing))
	case errors.As(err, &missing), errors.As(err, &cell):
		return flagged(c, "drop-missing", "--drop-missing leaves such rows out, and says how many")
	case errors.As(err, &gap):
		return flagged(c, "drop-missing", "--drop-missing leaves rows with missing cells out, and says how many")
	case errors.As(err, &bad) && bad.file != "":
		return titled(bad.bad, bad.file)
	case errors.As(err, &bad):
		return flagged(c, "skip-bad-rows", "--skip-bad-rows leaves such rows out, and says how many")
	case errors.As(err, &mistyped):
		return flagged(c, "as", "--as NAME=category or NAME=text says what such a column is")
	case errors.Is(err, tabular.ErrNothingModelled):
		return flagged(c, "as", "--as NAME=numbers takes a column in as numbers, --as NAME=category as a category")
	case errors.As(err, &size):
		return flagged(c, "blocks", "fewer --blocks or --components, or smaller --hidden, make a flow that is small enough")
	case errors.As(err, &format):
		return formatHint(c, format)
	case errors.As(err, &empty) && empty.What == "row" && empty.Dropped == 0 && c.Flags().Changed("sql"):
		return "the query of --sql gives no rows"
	case errors.As(err, &row) && row.line > 0:
		return fmt.Sprintf("sed %dd %s > without.csv leaves the row out", row.line, inShell(row.file))
	}
	return ""
}

// withoutValues are the columns in which every cell is missing: leaving out rows with missing cells would leave no row.
func withoutValues(e *data.MissingError) (names []string) {
	for _, column := range e.Columns {
		if column.Missing == e.Rows {
			names = append(names, column.Name)
		}
	}
	return names
}

// titled says how to leave out the lines before the first readable row, such as a title or a comment, if most rows cannot be read; or how
// quotes are written, if it is they that stand in the way.
func titled(bad *columns.Bad, file string) string {
	if strings.Contains(bad.Text, data.QuoteFault) {
		return `a cell that has a quote in it stands in quotes, and the quote is doubled: 3" pipe is written "3"" pipe"`
	}
	if n := bad.Line - 1; n > 1 {
		return fmt.Sprintf("the first %d lines are of another kind than most others: sed 1,%dd %s > rows.csv leaves them out", n, n, inShell(file))
	}
	return fmt.Sprintf("the first line is of another kind than most others: sed 1d %s > rows.csv leaves it out", inShell(file))
}

func formatHint(c *cobra.Command, e *data.FormatError) string {
	path := inShell(e.File)
	switch {
	case errors.Is(e.Err, data.ErrLineEnds):
		return fmt.Sprintf(`tr '\r' '\n' < %s > lines.csv mends it`, path)
	case errors.Is(e.Err, data.ErrEncoding):
		return fmt.Sprintf("iconv -f %s -t UTF-8 %s > utf8.csv converts it", encodingOf(e), path)
	case e.Column != "":
		return except(c, "this column", []string{e.Column})
	}
	return ""
}

// encodingOf guesses the encoding of a text that is not UTF-8.
func encodingOf(e *data.FormatError) string {
	if strings.Contains(e.What, "UTF-16") {
		return "UTF-16"
	}
	return "LATIN1"
}

// flagged is a text about a flag; "" if the command does not have that flag.
func flagged(c *cobra.Command, flag, text string) string {
	if c.Flags().Lookup(flag) == nil {
		return ""
	}
	return text
}

// except is the flag --except for these columns, quoted for a shell whatever their names contain.
func except(c *cobra.Command, what string, names []string) string {
	var list strings.Builder
	w := csv.NewWriter(&list)
	_ = w.Write(names) // writing to memory cannot fail
	w.Flush()
	return flagged(c, "except", fmt.Sprintf("--except %s leaves %s out", inShell(strings.TrimSuffix(list.String(), "\n")), what))
}

// inShell quotes a word for a shell.
func inShell(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./,:=+@%", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
