package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
)

const rootLong = `Gaussflow fits a density to the rows of a table and uses it: to find unusual rows, to tell how likely a row is, to
draw more rows like these, and to assess how good the model is.

A table is CSV or TSV (also .gz and .zst), Parquet, Arrow, NPY or NPZ; "-" is standard input. Results go to standard
output or to the file given with -o, which appears under its name only once it is complete. Progress is shown on
standard error if that is a terminal.

With --sql "select ..." the table is the result of a query to an SQLite file or to postgres://user@host:port/name. The
password may be given in the environment variable PGPASSWORD or in the file .pgpass. A command that reads a table
twice sees the same rows both times, in one snapshot. Their order is up to the database if the query has no ORDER BY.

The environment variable GAUSSFLOW_KERNELS restricts the computation to one instruction set: portable, avx2, avx512 or
neon, if the processor has it ("gaussflow version" lists those available). By default the fastest is used.

Exit codes:
  0    success; also a fit stopped early by an interrupt, whose best model is written, and a service stopped by one
  1    data, a model or a file is not as required; the message says where, what is wrong and what is needed
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
		if len(names) == 0 {
			return usage(c, fmt.Errorf("got %s, want none", numberOf(len(args), "argument")))
		}
		return usage(c, fmt.Errorf("got %s, want %d: %s", numberOf(len(args), "argument"), len(names), joined(names)))
	}
}

// numberOf is n with a noun that forms its plural with s.
func numberOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
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
