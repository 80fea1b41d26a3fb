package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/data/sql"
	"gaussflow/info"
)

const infoLong = `Info says how much the columns of a table tell of each other, without a model, in nats, each with its standard error and
the interval that holds the truth in 95 % of tables like it:

  total correlation       what all columns share: 0 where they are independent
  entropy                 of a row, in the columns' units
  independence            the chance of columns so dependent if they were not: a p-value

and with --dual, which leaves each column out in turn and so takes longer:

  dual total correlation  what two or more of them share
  O-information           above 0: they say the same again; below 0: they say something only together

With --between, the mutual information of two groups of columns, with --given what is left of it where those columns are known;
with --matrix, that of every two columns; with --kl, how the rows differ from those of another table of the same columns.

All but the entropy depend on the order of the values in each column alone: in any unit, and of the logarithms, they are the same.`

const infoExample = `  gaussflow info table.csv
  gaussflow info table.csv --between height,weight:age --given sex
  gaussflow info table.csv --matrix --json
  gaussflow info january.csv --kl july.csv`

// infoFlags are the flags of info.
type infoFlags struct {
	table                tableFlags
	between, other       string
	given                []string
	dual, matrix, asJSON bool
	config               info.Config
}

func newInfo() *cobra.Command {
	var o infoFlags
	c := &cobra.Command{
		Use:     "info DATA",
		Short:   "Say what columns tell of each other, and how tables differ",
		Long:    infoLong,
		Example: infoExample,
		Args:    arguments("DATA"),
		RunE:    func(c *cobra.Command, args []string) error { return o.run(c, args[0]) },
	}
	o.table.register(c)
	o.table.rowsFlag(c, "measure")
	f := c.Flags()
	f.StringSliceVar(&o.table.options.Columns, "columns", nil, "look at these columns, by `name` (default: all)")
	f.StringSliceVar(&o.table.options.Except, "except", nil, "leave these columns out, by `name`")
	f.StringVar(&o.between, "between", "", "the mutual information of two `groups` of columns, a,b:c,d")
	f.StringSliceVar(&o.given, "given", nil, "with --between: what is left of it where these columns, by `name`, are known")
	f.BoolVar(&o.dual, "dual", false, "the dual total correlation and the O-information too")
	f.BoolVar(&o.matrix, "matrix", false, "the mutual information of every two columns")
	f.StringVar(&o.other, "kl", "", "how the rows differ from those of this `table`")
	f.Var(newChoice(&o.config.Remainder, info.Remainders()...), "remainder", "how what no elliptical copula has is estimated (default: auto)")
	f.Uint64Var(&o.config.Seed, "seed", 0, "of ties, folds and fits")
	completeChoices(c, "remainder")
	jsonFlag(c, &o.asJSON)
	return c
}

func (o *infoFlags) run(c *cobra.Command, path string) error {
	p := new(paths).reads("DATA", path)
	if o.other != "" {
		p.reads("--kl", o.other)
	}
	if err := errors.Join(o.table.checkRows(c), p.check(c)); err != nil {
		return err
	}
	if o.other != "" {
		if err := o.table.checkPair(c, path, o.other); err != nil {
			return err
		}
	}
	if len(o.given) > 0 && o.between == "" {
		return usage(c, errors.New("--given without --between a,b:c,d, want the groups whose mutual information it is"))
	}
	o.config.Interrupt = c.Context()
	table, err := o.read(c, path, nil)
	if err != nil {
		return err
	}
	path = sql.Name(path)
	var said findings
	switch {
	case o.other != "":
		var other *data.Table
		if other, err = o.read(c, o.other, table.Names); err == nil {
			err = said.compare(o.config, path, sql.Name(o.other), table, other)
		}
	case o.between != "":
		err = o.betweenGroups(c, &said, path, table)
	default:
		err = said.describe(c, o, path, table)
	}
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(c.OutOrStdout(), said)
	}
	said.print(c.OutOrStdout())
	return nil
}

// read reads a table, of the columns named where there are any.
func (o *infoFlags) read(c *cobra.Command, path string, columns []string) (*data.Table, error) {
	flags := o.table
	if o.other != "" {
		flags = o.table.ofPair(path)
	}
	if columns != nil {
		flags.options.Columns, flags.options.Except = nil, nil
	}
	file, err := flags.open(c, path)
	if err != nil {
		return nil, err
	}
	if columns != nil {
		if file, err = file.Select(columns...); err != nil {
			return nil, err
		}
	}
	table, all, err := file.ReadSome(c.Context(), o.table.mostRows(file.Dim()), o.config.Seed)
	if err != nil {
		return nil, err
	}
	sayDropped(c, table.Dropped)
	sayDrawn(c, "measured on", table.Rows(), all)
	return table, nil
}

// betweenGroups is the mutual information that --between asks for.
func (o *infoFlags) betweenGroups(c *cobra.Command, said *findings, path string, table *data.Table) error {
	left, right, ok := strings.Cut(o.between, ":")
	if !ok || left == "" || right == "" {
		return usage(c, fmt.Errorf("--between %q, want two groups of columns, a,b:c,d", o.between))
	}
	var groups [3][]int
	seen := map[string]bool{}
	for i, names := range [][]string{strings.Split(left, ","), strings.Split(right, ","), o.given} {
		for _, name := range names {
			at := slices.Index(table.Names, name)
			switch {
			case at < 0:
				return &data.ColumnError{File: path, Missing: []string{name}, Have: table.Names}
			case seen[name]:
				return usage(c, fmt.Errorf("the column %q is named twice, want groups that do not overlap", name))
			}
			seen[name] = true
			groups[i] = append(groups[i], at)
		}
	}
	s, err := sampleOf(o.config, path, table)
	if err != nil {
		return err
	}
	return in(path, said.groups(s, o.between, groups))
}
