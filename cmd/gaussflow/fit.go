package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/progress"
	"gaussflow/tabular"
	"gaussflow/train"
)

const fitLong = `Fit finds the density of the rows of a table and writes it to a model file.

With no flags it does well on most tables: the preset decides everything from the number of rows and columns. A tenth
of the rows chooses when to stop. Bad cells and constant columns are errors that name them, until a flag allows to
leave them out; columns of tied values are named in a warning that says what a density means there.

An interrupt (Ctrl-C) stops the fit and writes the best model so far; a second one quits. While a fit runs, it is kept
in a checkpoint beside the model: --resume goes on from there, to the same model, byte for byte.`

const fitExample = `  gaussflow fit table.csv -o model.gflow
  gaussflow fit table.parquet --except id,label --drop-missing --drop-constant
  gaussflow fit table.csv --preset best --seed 7 --history losses.csv --report report.html
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
	if err := o.paths(path).check(c); err != nil {
		return err
	}
	file, err := o.table.open(c, path)
	if err != nil {
		return err
	}
	table, err := file.ReadAll()
	if err != nil {
		return err
	}
	sayDropped(c, table.Dropped)
	model, err := o.fit(c, table)
	if model == nil {
		return ofTable(file, err)
	}
	var unkept *train.UnkeptError
	isUnkept := errors.As(err, &unkept)
	interrupted := errors.Is(err, context.Canceled)
	err = o.finish(c, model, table, interrupted)
	setPatient(c.Context(), false)
	switch {
	case err != nil || o.report == "":
	case interrupted || c.Context().Err() != nil:
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: no report was written: gaussflow report %s %s -o %s writes it\n", o.output, path, o.report)
	default:
		err = writeReport(c, o.report, model, file, table, o.config.Seed)
	}
	if isUnkept {
		err = errors.Join(err, unkept)
	}
	return errors.Join(err, o.losses.finish())
}

// fit fits; one that was interrupted, or whose checkpoint could not be written, comes with a model and the error.
func (o *fitFlags) fit(c *cobra.Command, table *data.Table) (*tabular.Model, error) {
	if !o.quiet {
		o.config.Callbacks = append(o.config.Callbacks, &progress.Bar{}) // which draws on a terminal only
	}
	o.config.Checkpoint = train.Checkpoint{Path: o.checkpoint(), Resume: o.resume}
	if _, err := os.Stat(o.checkpoint()); o.resume && errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: there is no checkpoint %s: the fit begins anew\n", o.checkpoint())
	}
	if o.history != "" {
		o.losses = newHistoryFile(o.history)
		o.config.Callbacks = append(o.config.Callbacks, &train.CSVLogger{Out: o.losses})
	}
	// From here on there is something to lose, and an interrupt is honoured at the next batch.
	o.config.Callbacks = append(o.config.Callbacks, train.LambdaCallback{TrainBegin: func(*train.State) error {
		setPatient(c.Context(), true)
		return nil
	}})
	model, err := tabular.Fit(c.Context(), table.Names, table.X, o.config)
	var unkept *train.UnkeptError
	if err != nil && !errors.Is(err, context.Canceled) && !errors.As(err, &unkept) {
		return nil, err
	}
	return model, err
}

// checkShare refuses the 0 that tabular.Config takes for its default.
func (o *fitFlags) checkShare() error {
	if o.config.ValidationShare == 0 {
		return errors.New("--validation-share 0, want 0 < share < 1: these rows choose when to stop")
	}
	return nil
}

// finish writes the model and says what it is.
func (o *fitFlags) finish(c *cobra.Command, model *tabular.Model, table *data.Table, interrupted bool) error {
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

// ofTable says of which table an error of a fit is, and where in it: what the fit calls a row, it counts.
func ofTable(file *data.File, err error) error {
	var row *tabular.RowError
	var few *tabular.FewRowsError
	var constant *tabular.ConstantError
	var spread *tabular.SpreadError
	switch {
	case errors.As(err, &row) && row.Row >= 0:
		if at, errPlaces := places(file); errPlaces == nil && row.Row < len(at) {
			return rowAt(file.Name(), at[row.Row], err)
		}
		return in(fmt.Sprintf("%s: row %d of those read", file.Name(), row.Row+1), err)
	case errors.As(err, &few), errors.As(err, &constant), errors.As(err, &spread):
		return in(file.Name(), err)
	}
	return err
}
