package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/internal/visible"
	"gaussflow/progress"
	"gaussflow/tabular"
	"gaussflow/train"
)

const fitLong = `Fit estimates the density of the rows of a table and writes it to a model file.

The defaults do well on most tables. The kind of each column (numbers, a category, a date, …) is determined from its
cells and printed, as gaussflow inspect does. Columns without a density are left out and named: text, identifiers,
constants. To correct a kind, use --as id=numbers, or edit the file that inspect --schema writes and pass it with
--schema. If all cells are numbers, the density is a flow; if there are categories, missing cells or values with a
probability of their own, it is an any-order density, which handles them and can be conditioned on any of its columns.
A tenth of the rows is held out for validation and decides when to stop.

A table that does not fit into memory is read as a stream: the kinds of its columns are determined from all rows, and
the density is fitted to a uniform sample of the rows, in their order. --max-rows sets the size of the sample; the
same --seed draws the same rows.

A cell that is not of its column's kind (12o5 among numbers) counts as missing, and a warning names the first one. If
more than one row in ten has such a cell, that is an error. Infinite cells, and limits such as <0.01, count as missing. A row with too few or too many cells is an error unless
--skip-bad-rows is given, which leaves such rows out.

An interrupt (Ctrl-C) stops the fit and writes the best model so far; a second one quits. A running fit is saved in a
checkpoint beside the model. --resume continues from it and gives the same model, byte for byte, as a fit that was not
interrupted.`

const fitExample = `  gaussflow fit table.csv -o model.gflow
  gaussflow fit table.parquet --except label --as zip=category
  gaussflow fit table.csv --schema table.json --skip-bad-rows
  gaussflow fit table.csv --preset best --seed 7 --history losses.csv --report report.html
  gaussflow fit shop.db --sql 'select price, rooms, city from sales'
  zcat table.csv.gz | gaussflow fit - -o model.gflow --json`

func newFit() *cobra.Command {
	o := &fitFlags{}
	c := &cobra.Command{
		Use:     "fit DATA",
		Short:   "Fit a density to a table",
		Long:    fitLong,
		Example: fitExample,
		Args:    arguments("DATA"),
		RunE:    func(c *cobra.Command, args []string) error { return o.run(c, args[0]) },
	}
	o.register(c)
	completeChoices(c, "preset", "family", "dtype", "dequantize")
	return c
}

func (o *fitFlags) run(c *cobra.Command, path string) error {
	if o.output == "" {
		o.output = modelName(path)
	}
	if err := errors.Join(o.config.Validate(), o.checkShare(), o.checkOutput()); err != nil {
		return usage(c, err)
	}
	if err := o.table.checkRows(c); err != nil {
		return err
	}
	if err := o.paths(path).check(c); err != nil {
		return err
	}
	file, err := o.table.open(c, path)
	if err != nil {
		return err
	}
	table, err := o.read(c, file)
	if err != nil {
		return err
	}
	model, err := o.fit(c, table)
	var setting *tabular.ConfigError
	switch {
	case model == nil && errors.As(err, &setting):
		return usage(c, err)
	case model == nil:
		return ofTable(table, err)
	}
	var unkept *train.UnkeptError
	isUnkept := errors.As(err, &unkept)
	interrupted := errors.Is(err, context.Canceled)
	err = o.finish(c, model, table, interrupted)
	setPatient(c.Context(), false)
	switch {
	case err != nil || o.report == "":
	case interrupted || c.Context().Err() != nil:
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: no report was written: gaussflow report %s %s -o %s writes it\n", o.output, o.table.argument(path), o.report)
	default:
		err = writeReport(c, o.report, model, table, o.config.Seed)
	}
	if isUnkept {
		err = errors.Join(err, unkept)
	}
	return errors.Join(err, o.losses.finish())
}

// read reads the table, finds out what its columns are unless that is given, and reports it.
func (o *fitFlags) read(c *cobra.Command, file *data.File) (*typedTable, error) {
	schema, err := o.schemaOf(c, file)
	if err != nil {
		return nil, err
	}
	if schema.Rows == 0 && o.schema == "" && schema.BadRows == nil {
		return nil, &data.EmptyError{File: file.Name(), What: "row"}
	}
	if o.schema == "" && schema.BadRows != nil && !o.table.skipBad {
		bad := &badRowsError{bad: schema.BadRows}
		if schema.Rows < schema.BadRows.Count && schema.BadRows.Line > 1 {
			bad.file = file.Name()
		}
		return nil, in(file.Name(), bad)
	}
	if o.json {
		sayTaken(c, schema)
	} else {
		printTable(visible.Writer{Writer: c.OutOrStdout()}, file, schema)
	}
	if len(schema.Modelled()) == 0 {
		return nil, in(file.Name(), tabular.ErrNothingModelled)
	}
	chosen, err := columnsOf(file, schema)
	if err != nil {
		return nil, err
	}
	table, err := o.table.readTable(c.Context(), chosen, schema, o.config.Seed)
	if err != nil {
		return nil, err
	}
	table.say(c, "fitted to")
	if o.schema != "" {
		sayStrays(c, table)
	}
	if table.drawn() && table.missing != nil && o.config.Family == "" {
		o.config.Family = tabular.AnyOrder // even if no cell is missing in the rows that were drawn
	}
	if !c.Flags().Changed("validation-share") {
		o.config.ValidationShare = 0 // the default depends on the family
	}
	return table, nil
}

// schemaOf is the schema in the file named by --schema, or the one found from the table.
func (o *fitFlags) schemaOf(c *cobra.Command, file *data.File) (*columns.Schema, error) {
	if o.schema == "" {
		return profile(c, file, o.as)
	}
	if err := o.table.schemaAlone(o.as); err != nil {
		return nil, usage(c, err)
	}
	return readSchema(o.schema)
}

// fit fits a model. If the fit was interrupted, or its checkpoint could not be written, it returns a model together
// with an error.
func (o *fitFlags) fit(c *cobra.Command, table *typedTable) (*tabular.Model, error) {
	if !o.quiet {
		o.config.Callbacks = append(o.config.Callbacks, &progress.Bar{}) // draws only on a terminal
	}
	o.config.Checkpoint = train.Checkpoint{Path: o.checkpoint(), Resume: o.resume}
	if _, err := os.Stat(o.checkpoint()); o.resume && errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: there is no checkpoint %s: the fit begins anew\n", o.checkpoint())
	}
	if o.history != "" {
		o.losses = newHistoryFile(o.history)
		o.config.Callbacks = append(o.config.Callbacks, o.losses.logger)
	}
	// From here on there is something to lose, so an interrupt takes effect at the next batch.
	o.config.Callbacks = append(o.config.Callbacks, train.LambdaCallback{TrainBegin: func(*train.State) error {
		setPatient(c.Context(), true)
		return nil
	}})
	model, err := tabular.FitTable(c.Context(), table.schema, table.x, o.config)
	var unkept *train.UnkeptError
	if err != nil && !errors.Is(err, context.Canceled) && !errors.As(err, &unkept) {
		return nil, err
	}
	if model != nil && table.drawn() {
		model.Training.TableRows = table.rows
	}
	return model, err
}

// checkShare refuses 0, which tabular.Config would take for its default.
func (o *fitFlags) checkShare() error {
	if o.config.ValidationShare == 0 {
		return errors.New("--validation-share 0, want more than 0 and less than 1: these rows choose when to stop")
	}
	return nil
}

// finish writes the model and describes it.
func (o *fitFlags) finish(c *cobra.Command, model *tabular.Model, table *typedTable, interrupted bool) error {
	if err := model.Save(o.output); err != nil {
		return err
	}
	stderr := c.ErrOrStderr()
	for _, w := range model.Warnings {
		fmt.Fprintf(stderr, "gaussflow: warning: %v\n", w)
	}
	if interrupted {
		fmt.Fprintf(stderr, "gaussflow: interrupted: the best model so far is written to %s%s\n", o.output, o.resumable())
	} else if err := o.removeCheckpoint(); err != nil {
		return err
	}
	s := newFitSummary(o.output, model, table, interrupted)
	if o.json {
		return printJSON(c.OutOrStdout(), s)
	}
	if onTerminal(stderr) {
		s.print(stderr)
	}
	return nil
}

// ofTable adds to an error of a fit the table and the position in it; the fit counts only the rows that it was given.
func ofTable(table *typedTable, err error) error {
	var row *tabular.RowError
	var few *tabular.FewRowsError
	var constant *tabular.ConstantError
	var spread *tabular.SpreadError
	switch {
	case errors.As(err, &row) && row.Row >= 0:
		return rowAt(table.name, table.places[row.Row], err)
	case errors.As(err, &few), errors.As(err, &constant), errors.As(err, &spread):
		return in(table.name, err)
	}
	return err
}
