package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/internal/counted"
	"gaussflow/internal/files"
	"gaussflow/internal/visible"
)

// schemaFlags say how a table is read and what its columns are.
type schemaFlags struct {
	table  tableFlags
	as     map[string]string
	schema string // the file to which the schema is written
}

const asUsage = "what a column is: `NAME=KIND`, one of numbers, grid, category, text, identifier, ignored, or how it is read: decimal-point, decimal-comma, month-first, day-first; may be given again"

func (s *schemaFlags) register(c *cobra.Command) {
	s.table.register(c)
	f := c.Flags()
	f.StringToStringVar(&s.as, "as", nil, asUsage)
	f.StringVar(&s.schema, "schema", "", "write what the columns are to this JSON `file`, which can be edited")
	_ = f.MarkHidden("drop-missing") // nothing is dropped here
}

// inspect prints what the columns of a table are.
func (s *schemaFlags) inspect(c *cobra.Command, path string, asJSON bool) error {
	file, err := s.table.open(c, path)
	if err != nil {
		return err
	}
	schema, err := s.profile(c, file)
	if err != nil {
		return err
	}
	if s.schema != "" {
		if err = writeSchema(s.schema, schema); err != nil {
			return err
		}
	}
	if schema.Rows == 0 && schema.BadRows == nil {
		sayNoRows(c, file.Name(), "nothing is known of its columns")
	}
	if asJSON {
		return schema.Write(visible.Writer{Writer: c.OutOrStdout()})
	}
	out := visible.Writer{Writer: c.OutOrStdout()}
	printTable(out, file, schema)
	return nil
}

// printTable prints what was found out about a table and its columns.
func printTable(out io.Writer, file *data.File, schema *columns.Schema) {
	fmt.Fprintf(out, "%s: %s, %s\n", file.Name(), counted.Of(schema.Rows, "row"), counted.Of(len(schema.Columns), "column"))
	for _, note := range file.Notes() {
		fmt.Fprintln(out, note)
	}
	printSchema(out, schema)
	if bad := schema.BadRows; bad != nil && schema.Rows < bad.Count && bad.Line > 1 {
		fmt.Fprintln(out, titled(bad, file.Name()))
	}
}

// writeSchema writes a schema to a file that appears only when it is complete.
func writeSchema(path string, schema *columns.Schema) error {
	f, err := files.New(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err = schema.Write(f); err != nil {
		return err
	}
	return f.Commit()
}

// profile finds out what the columns of a table are, taking into account what --as says.
func (s *schemaFlags) profile(c *cobra.Command, file *data.File) (*columns.Schema, error) {
	return profile(c, file, s.as)
}

func profile(c *cobra.Command, file *data.File, as map[string]string) (*columns.Schema, error) {
	o := columns.Options{Kinds: map[string]columns.Kind{}, Readings: map[string]columns.Reading{}}
	for name, word := range as {
		if r := columns.Reading(word); slices.Contains(columns.Readings, r) {
			o.Readings[name] = r
		} else {
			o.Kinds[name] = columns.Kind(word)
		}
	}
	schema, err := columns.Profile(c.Context(), file, o)
	if err != nil {
		return nil, err
	}
	return schema, obeyed(schema, o)
}

// obeyed reports a column that cannot be of the kind, or not be read in the way, that --as says.
func obeyed(schema *columns.Schema, o columns.Options) error {
	for i := range schema.Columns {
		c := &schema.Columns[i]
		if r := o.Readings[c.Name]; r != "" && r != c.Reading() {
			return &columns.SchemaError{Where: fmt.Sprintf("column %q", c.Name), What: fmt.Sprintf("cannot be read %s, as --as says: its cells are not written so", r)}
		}
		said := columns.Column{Kind: o.Kinds[c.Name]}
		if said.Modelled() && (c.Kind == columns.Text || c.Kind == columns.Identifier || c.Kind == columns.Ignored) {
			return &columns.SchemaError{Where: fmt.Sprintf("column %q", c.Name), What: fmt.Sprintf("cannot be %s, as --as says, but is %s: %s", said.Kind, c.Kind, c.Describe())}
		}
	}
	return nil
}

// printSchema prints the columns, and then what is unusual in them.
func printSchema(out io.Writer, s *columns.Schema) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nColumn\tKind\tMissing\tValues")
	var left []string
	for i := range s.Columns {
		c := &s.Columns[i]
		missing := ""
		if c.Missing > 0 {
			missing = fmt.Sprintf("%.3g %%", 100*float64(c.Missing)/float64(max(s.Rows, 1)))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", inCell(c.Name), c.Kind, missing, inCell(c.Describe()))
		if !c.Modelled() && c.Kind != columns.Derived && c.Kind != columns.Constant {
			left = append(left, c.Name)
		}
	}
	w.Flush()
	for _, odd := range oddities(s) {
		fmt.Fprintln(out, odd)
	}
	if len(left) > 0 {
		fmt.Fprintf(out, "\nLeft out of a density: %s.%s\n", listed(left, ", "), takenIn(s))
	}
}

// takenIn says how columns that are left out can be included, if possible.
func takenIn(s *columns.Schema) string {
	numbers, category := "", ""
	for i := range s.Columns {
		c := &s.Columns[i]
		if numbers == "" && c.MayBe(columns.Numbers) {
			numbers = inShell(c.Name + "=numbers")
		}
		if category == "" && c.MayBe(columns.Category) && s.Rows <= columns.MostLevels {
			category = inShell(c.Name + "=category")
		}
	}
	switch {
	case numbers != "" && category != "":
		return fmt.Sprintf(" --as %s takes it in as numbers, --as %s as a category.", numbers, category)
	case numbers != "":
		return fmt.Sprintf(" --as %s takes it in as numbers.", numbers)
	case category != "":
		return fmt.Sprintf(" --as %s takes it in as a category.", category)
	}
	return ""
}

// oddities lists the rows and cells that are malformed.
func oddities(s *columns.Schema) (odd []string) {
	add := func(b *columns.Bad, format string, args ...any) {
		if b == nil {
			return
		}
		at := fmt.Sprintf("row %d", b.Row)
		if b.Line > 0 {
			at += fmt.Sprintf(" (line %d)", b.Line)
		}
		odd = append(odd, fmt.Sprintf(format, args...)+", the first in "+at)
	}
	add(s.BadRows, "%s cannot be read: %s", counted.Of(count(s.BadRows), "row"), text(s.BadRows))
	for i := range s.Columns {
		c := &s.Columns[i]
		add(c.Infinite, "column %q: %s, taken as missing: %q", c.Name, counted.Of(count(c.Infinite), "infinite cell"), text(c.Infinite))
		add(c.Limits, "column %q: %s with a limit for a number, taken as missing: %q", c.Name, counted.Of(count(c.Limits), "cell"), text(c.Limits))
		add(c.Words, "column %q: %s among numbers, taken as missing: %q", c.Name, counted.Of(count(c.Words), "word"), text(c.Words))
		add(c.Bad, "column %q: %s of another kind: %q", c.Name, counted.Of(count(c.Bad), "cell"), text(c.Bad))
		if c.Relation != nil {
			add(c.Relation.Broken, "column %q: %s not %v: %q", c.Name, counted.Of(count(c.Relation.Broken), "cell"), c.Relation, text(c.Relation.Broken))
		}
	}
	if t := s.Total; t != nil {
		odd = append(odd, fmt.Sprintf("the last row, %d, sums up those above by its cell %q, and is taken as any other: if it is none, it has no place in the table", t.Row, text(t)))
	}
	odd = append(odd, append(doubts(s), twins(s)...)...)
	if len(odd) > 0 {
		odd[0] = "\n" + odd[0]
	}
	return odd
}

// doubts are the decisions about columns that their cells leave open, and how to decide otherwise.
func doubts(s *columns.Schema) (lines []string) {
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Doubt != nil && !decided(c) {
			d := c.Doubt
			lines = append(lines, fmt.Sprintf("column %q: %q is taken as %s, which the table leaves open; --as %s takes it as %s", c.Name, d.Text, d.Taken, inShell(c.Name+"="+d.As), d.Other))
		}
	}
	return lines
}

// twins are categories with levels that differ in nothing but case or blanks, which a person may not have meant to.
func twins(s *columns.Schema) (lines []string) {
	for i := range s.Columns {
		c := &s.Columns[i]
		first := make(map[string]string, len(c.Levels))
		for _, l := range c.Levels {
			key := strings.ToLower(strings.Join(strings.Fields(l.Text), " "))
			if other, twice := first[key]; twice {
				lines = append(lines, fmt.Sprintf("column %q: %.60q and %.60q are taken as two levels", c.Name, other, l.Text))
				break
			}
			first[key] = l.Text
		}
	}
	return lines
}

// decided reports whether a person has decided, in the file of a schema, what a column's cells leave open.
func decided(c *columns.Column) bool {
	if columns.Kind(c.Doubt.As) == columns.Numbers {
		return c.Kind != columns.Category
	}
	return columns.Reading(c.Doubt.As) == c.Reading()
}

// sayDoubts says them where no table of the columns is printed.
func sayDoubts(c *cobra.Command, s *columns.Schema) {
	for _, line := range doubts(s) {
		fmt.Fprintln(c.ErrOrStderr(), "gaussflow: "+line)
	}
}

func text(b *columns.Bad) string {
	if b == nil {
		return ""
	}
	return strings.ToValidUTF8(b.Text, "�")
}

func count(b *columns.Bad) int {
	if b == nil {
		return 0
	}
	return b.Count
}
