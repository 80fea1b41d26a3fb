package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/tabular"
)

// numbersSchema is a schema of columns of plain numbers.
func numbersSchema(names []string) *columns.Schema {
	s := &columns.Schema{}
	for _, name := range names {
		s.Columns = append(s.Columns, columns.Column{Name: name, Kind: columns.Numbers, Form: columns.Form{Decimals: -1}})
	}
	return s
}

// schemaOf is the schema of the columns that a model scores: plain numbers if it has no schema.
func schemaOf(model *tabular.Model) *columns.Schema {
	if model.Schema == nil {
		return numbersSchema(model.Reads())
	}
	s := *model.Schema
	s.Columns = slices.Clone(s.Columns)
	for _, c := range model.Columns {
		if at := slices.IndexFunc(s.Columns, func(of columns.Column) bool { return of.Name == c.Name }); c.Dropped {
			s.Columns[at].Kind = columns.Ignored
		}
	}
	return &s
}

// openFor opens a table that has the columns of a model, and returns their schema.
func (t *tableFlags) openFor(c *cobra.Command, path string, model *tabular.Model) (*data.File, *columns.Schema, error) {
	file, err := t.open(c, path)
	if err != nil {
		return nil, nil, err
	}
	schema := schemaOf(model)
	chosen, err := columnsOf(file, schema)
	var absent *data.ColumnError
	if errors.As(err, &absent) && !known(model) && file.Dim() == len(model.Reads()) {
		return file, numbersSchema(file.Names()), nil // taken in order: see load
	}
	return chosen, schema, err
}

// columnsOf selects the columns of a file that a schema reads: those that are modelled, and those that are only checked, if
// the file has them.
func columnsOf(file *data.File, schema *columns.Schema) (*data.File, error) {
	var names []string
	for _, c := range schema.Written() {
		if c.Modelled() || slices.Contains(file.Header(), c.Name) {
			names = append(names, c.Name)
		}
	}
	chosen, err := file.Select(names...)
	if err != nil {
		return nil, err
	}
	return chosen, chosen.CheckNames()
}

// readSchema reads a schema that inspect has written and a person may have edited.
func readSchema(path string) (*columns.Schema, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := columns.Read(f)
	var what *columns.SchemaError
	if errors.As(err, &what) {
		return nil, in(path, err)
	}
	return s, err
}

// plainNumbers are the columns whose cells are numbers without anything around them, and no others that would be lost as numbers.
func plainNumbers(schema *columns.Schema) (names []string) {
	for _, c := range schema.Modelled() {
		others := c.Infinite != nil || c.Limits != nil || c.Words != nil
		if !others && (c.Kind == columns.Numbers || c.Kind == columns.Grid) && c.Form.Plain() {
			names = append(names, c.Name)
		}
	}
	return names
}

// sayRows says how many rows something happened to, and where the first one is.
func sayRows(c *cobra.Command, n int, what string, first data.Place, why string) {
	if n == 0 {
		return
	}
	at := fmt.Sprintf("row %d", first.Row)
	if first.Line > 0 {
		at += fmt.Sprintf(" (line %d)", first.Line)
	}
	fmt.Fprintf(c.ErrOrStderr(), "gaussflow: %s: %d; the first is %s: %s\n", what, n, at, why)
}

// schemaAlone refuses flags that contradict --schema.
func (t *tableFlags) schemaAlone(as map[string]string) error {
	if len(as)+len(t.options.Columns)+len(t.options.Except) > 0 {
		return errors.New("--schema says what each column is, so that --as, --columns and --except have no place beside it: edit the schema")
	}
	return nil
}
