package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/data/sql"
	"gaussflow/flows"
	"gaussflow/info"
	"gaussflow/internal/counted"
	"gaussflow/tabular"
)

// A measured is a table as read by info.
type measured struct {
	name    string
	schema  *columns.Schema // describes only the measured columns
	x       *mat.Dense
	sample  *info.Sample
	config  info.Config
	flow    *flows.Flow // the flow from which the rows were drawn; nil for a table, or a model that is no flow
	leftOut []leftOut
}

func namesOfSchema(schema *columns.Schema) (names []string) {
	for _, column := range schema.Modelled() {
		names = append(names, column.Name)
	}
	return names
}

// A leftOut column is not measured.
type leftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// read reads a table and finds out what its columns are, or draws rows from a model.
func (o *infoFlags) read(c *cobra.Command, path string) (*measured, error) {
	if isModel(path) {
		return o.draw(c, path)
	}
	file, err := o.open(c, path)
	if err != nil {
		return nil, err
	}
	var schema *columns.Schema
	if o.schema != "" {
		schema, err = readSchema(o.schema)
	} else {
		schema, err = profile(c, file, o.as)
	}
	if err != nil {
		return nil, err
	}
	if schema.Rows == 0 && o.schema == "" && schema.BadRows == nil {
		return nil, &data.EmptyError{File: file.Name(), What: "row"}
	}
	sayTaken(c, schema)
	return o.measure(c, file, schema)
}

// draw draws rows from a model.
func (o *infoFlags) draw(c *cobra.Command, path string) (*measured, error) {
	model, err := tabular.Load(path)
	if err != nil {
		return nil, err
	}
	m := &measured{name: path, config: o.config, flow: model.Flow}
	n := o.table.maxRows
	if n == 0 {
		n = info.ModelRows
	}
	if model.Mixed != nil {
		m.flow, m.schema = nil, modelledOnly(model.Schema)
		if m.x, err = model.Mixed.Sample(n, rand.New(rand.NewPCG(o.config.Seed, 0))); err == nil {
			m.sample, err = info.OfTable(m.schema, m.x, m.config)
		}
	} else {
		m.schema = numbersSchema(model.Kept())
		m.config.Names = model.Kept()
		m.sample, err = info.OfFlow(m.flow, n, m.config)
	}
	if err != nil {
		return nil, in(path, err)
	}
	fmt.Fprintf(c.ErrOrStderr(), "gaussflow: measured on %s %s drawn from the model; --max-rows says how many\n", grouped(n), counted.Noun(n, "row"))
	return m, nil
}

// modelledOnly is the schema of the measured columns.
func modelledOnly(schema *columns.Schema) *columns.Schema {
	only := &columns.Schema{Rows: schema.Rows}
	for _, column := range schema.Modelled() {
		only.Columns = append(only.Columns, *column)
	}
	return only
}

// readAs reads a table with the columns of another one.
func (o *infoFlags) readAs(c *cobra.Command, path string, schema *columns.Schema) (*measured, error) {
	if isModel(path) {
		m, err := o.draw(c, path)
		if err == nil && !slices.Equal(m.sample.Names(), namesOfSchema(schema)) {
			err = in(path, fmt.Errorf("its columns are %s, want %s, as the first table or model has", quoted(m.sample.Names()), quoted(namesOfSchema(schema))))
		}
		return m, err
	}
	file, err := o.open(c, path)
	if err != nil {
		return nil, err
	}
	return o.measure(c, file, schema)
}

func (o *infoFlags) open(c *cobra.Command, path string) (*data.File, error) {
	flags := o.table
	if o.other != "" {
		flags = o.table.ofPair(path)
	}
	if path == o.other { // its columns must be those of the first table
		flags.options.Columns, flags.options.Except = nil, nil
	}
	return flags.open(c, path)
}

// errUnmeasured is the error for a table without a column that can be measured.
var errUnmeasured = errors.New("no column is left that could be measured: each is of one value, names rows, or is made of others; gaussflow inspect says which")

// measure reads the modelled columns.
func (o *infoFlags) measure(c *cobra.Command, file *data.File, schema *columns.Schema) (*measured, error) {
	m := &measured{name: file.Name(), schema: modelledOnly(schema)}
	for i := range schema.Columns {
		if column := &schema.Columns[i]; !column.Modelled() {
			m.leftOut = append(m.leftOut, leftOut{column.Name, whyUnmeasured(column)})
		}
	}
	if len(m.schema.Columns) == 0 {
		return nil, in(m.name, errUnmeasured)
	}
	chosen, err := columnsOf(file, m.schema)
	if err != nil {
		return nil, err
	}
	table, err := o.table.readTable(c.Context(), chosen, m.schema, o.config.Seed)
	if err != nil {
		return nil, err
	}
	table.say(c, "measured on")
	m.x, m.config = table.x, o.config
	m.sample, err = info.OfTable(m.schema, m.x, m.config)
	return m, in(m.name, err)
}

// whyUnmeasured says why a column is left out.
func whyUnmeasured(c *columns.Column) string {
	switch c.Kind {
	case columns.Constant:
		return "one value in all rows, which shares nothing"
	case columns.Derived:
		return fmt.Sprintf("made of others (%s), with which it shares infinitely much", c.Relation)
	case columns.Identifier:
		return "it names rows, and says nothing else of them"
	case columns.Text:
		return "words that hardly ever come twice"
	case columns.Empty:
		return "no value at all"
	}
	return c.Note
}

// column is the index of a column among those measured.
func (m *measured) column(name string) (int, error) {
	have := m.sample.Names()
	if at := slices.Index(have, name); at >= 0 {
		return at, nil
	}
	for _, l := range m.leftOut {
		if l.Name == name {
			return 0, fmt.Errorf("column %q cannot be measured: %s", name, l.Why)
		}
		have = append(have, l.Name)
	}
	return 0, &data.ColumnError{File: sql.Name(m.name), Missing: []string{name}, Have: have}
}

// numbers is the table restricted to the columns of numbers.
func (m *measured) numbers() (*measured, error) {
	if m.flow != nil {
		return m, nil
	}
	only := &measured{name: m.name, schema: &columns.Schema{Rows: m.schema.Rows}, config: m.config, leftOut: slices.Clone(m.leftOut)}
	var kept []int
	for j, column := range m.schema.Columns {
		if len(column.Levels) > 0 {
			only.leftOut = append(only.leftOut, leftOut{column.Name, "names, which have no place among numbers; gaussflow compare compares them"})
			continue
		}
		kept = append(kept, j)
		only.schema.Columns = append(only.schema.Columns, column)
	}
	if len(kept) == 0 {
		return nil, errors.New("no column is of numbers, want one at least for --kl; gaussflow compare compares categories")
	}
	n, _ := m.x.Dims()
	only.x = mat.NewDense(n, len(kept), nil)
	for to, from := range kept {
		only.x.SetCol(to, mat.Col(nil, from, m.x))
	}
	var err error
	only.sample, err = info.OfTable(only.schema, only.x, only.config)
	return only, err
}
