package main

import (
	"fmt"
	"io"
	"slices"
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
	file, err := s.table.openNoted(c, path)
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
