package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
)

const rootLong = `Gaussflow fits a density to the rows of a table and uses it: which rows are odd, how likely is this one, more rows
like these, is the model any good.

A table is CSV or TSV (also .gz and .zst), Parquet, Arrow, NPY or NPZ; "-" is standard input. Results go to standard output
or to the file of -o, which appears once it is whole; progress goes to standard error where that is a terminal.

With --sql "select ..." a table is what a database answers: an SQLite file, or postgres://user@host:port/name, whose
password may be left to the environment variable PGPASSWORD or the file .pgpass. A command that reads a table twice sees
the same rows, those of one moment; their order is the database's own where the query has no ORDER BY.

The environment variable GAUSSFLOW_KERNELS holds the computation to one instruction set: portable, avx2, avx512 or neon, of
those that the processor has ("gaussflow version" lists them). Unset, the fastest is taken.

Exit codes:
  0    done; also a fit that an interrupt ended early, whose best model is written, and a service that one ended
  1    data, a model or a file is not what it should be; the message says where, what and what is wanted
  2    the command line is wrong
  3    the tables of gaussflow compare --fail-below differ
  130  interrupted: a fit by the second interrupt, any other command by the first`

const rootExample = `  gaussflow fit table.csv -o model.gflow
  gaussflow score model.gflow table.csv -o scored.csv
  gaussflow sample model.gflow -n 1000 -o like.csv`

// A usageError is a mistake in a command line.
type usageError struct {
	command string
	err     error
}

func (e *usageError) Error() string { return e.err.Error() }

// Unwrap returns the mistake.
func (e *usageError) Unwrap() error { return e.err }

// usage marks an error as a mistake in the command line; nil if err is nil.
func usage(c *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return &usageError{c.CommandPath(), err}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:               "gaussflow",
		Short:             "Densities of tables by Gaussianization flows",
		Long:              rootLong,
		Example:           rootExample,
		Version:           flows.Version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args:              cobra.ArbitraryArgs,

		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return usage(c, kernel.CheckSet()) },

		SuggestionsMinimumDistance: 2,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(c, fmt.Errorf("there is no command %q%s", args[0], suggestion(c, args[0])))
			}
			return c.Help()
		},
	}
	root.SetVersionTemplate("gaussflow {{.Version}}\n")
	root.SetFlagErrorFunc(usage)
	root.AddCommand(newFit(), newScore(), newSample(), newImpute(), newPredict(), newTransform(), newInverse(), newInspect(), newEvaluate(),
		newReport(), newCompare(), newInfo(), newConvert(), newServe(), newVersion())
	return root
}

func suggestion(c *cobra.Command, arg string) string {
	if near := c.SuggestionsFor(arg); len(near) > 0 {
		return fmt.Sprintf(", did you mean %q?", near[0])
	}
	return ""
}

// arguments requires exactly the named arguments.
func arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return usage(c, fmt.Errorf("got %d arguments, want %d: %s", len(args), len(names), joined(names)))
	}
}

func joined(names []string) (text string) {
	for i, n := range names {
		if i > 0 {
			text += " "
		}
		text += n
	}
	return text
}
