package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/info"
)

const infoLong = `Info says how much the columns of a table tell of each other, without a model, in nats, each with its standard error and
the interval that holds the truth in 95 % of tables like it:

  total correlation       what all columns share: 0 where they are independent
  entropy                 of a row, in the columns' units
  independence            the chance of columns so dependent if they were not: a p-value

and with --dual, which looks at each column beside all others and so takes longer:

  dual total correlation  what two or more of them share
  O-information           above 0: they say the same again; below 0: they say something only together

With --between, the mutual information of two groups of columns, with --given what is left of it where those columns are known;
with --matrix, that of every two columns; with --kl, how the rows differ from those of another table of the same columns.

What each column is, is found from its cells, as fit finds it. Numbers and dates are measured by the order of their values alone: in any
unit, and of the logarithms, all but the entropy and --kl of normal columns are the same. Equal ones are ranked at random among each
other, as if measured finer, which changes nothing that columns share. Categories are measured as names. Columns that say nothing of a
row, as its number, and those that others make are left out, and named. A measure is of the rows that have all cells which it is about:
one of two columns is of more rows than one of all.

DATA and the table of --kl may be models: rows are drawn from them. The entropy and the total correlation of a flow, and the divergence of
two, are by its own density, and their standard errors are of the draws alone.`

const infoExample = `  gaussflow info table.csv
  gaussflow info table.csv --between height,weight:age --given sex
  gaussflow info table.csv --except notes --as code=category --dual
  gaussflow info table.csv --matrix --json
  gaussflow info january.csv --kl july.csv
  gaussflow info model.gflow --matrix`

// infoFlags are the flags of info.
type infoFlags struct {
	table                tableFlags
	as                   map[string]string
	schema               string
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
	o.table.registerWhole(c)
	o.table.rowsFlag(c, "measure")
	f := c.Flags()
	f.StringSliceVar(&o.table.options.Columns, "columns", nil, "look at these columns, by `name` (default: all)")
	f.StringSliceVar(&o.table.options.Except, "except", nil, "leave these columns out, by `name`")
	f.StringToStringVar(&o.as, "as", nil, asUsage)
	f.StringVar(&o.schema, "schema", "", "take what the columns are from this JSON `file`, which gaussflow inspect --schema writes")
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
	if o.schema != "" {
		p.reads("--schema", o.schema)
	}
	if err := errors.Join(o.check(c, path), o.table.checkRows(c), p.check(c)); err != nil {
		return err
	}
	o.config.Interrupt = c.Context()
	table, err := o.read(c, path)
	if err != nil {
		return err
	}
	said := &findings{LeftOut: table.leftOut}
	switch {
	case o.other != "":
		err = o.compare(c, said, table)
	case o.between != "":
		err = o.betweenGroups(c, said, table)
	default:
		err = said.describe(table, o)
	}
	if err != nil {
		return in(table.name, err)
	}
	if o.asJSON {
		return printJSON(c.OutOrStdout(), said)
	}
	said.print(c.OutOrStdout())
	return nil
}

// check reports flags that do not go together.
func (o *infoFlags) check(c *cobra.Command, path string) error {
	if o.schema != "" {
		if err := o.table.schemaAlone(o.as); err != nil {
			return usage(c, err)
		}
	}
	if isModel(path) && (o.schema != "" || len(o.as)+len(o.table.options.Columns)+len(o.table.options.Except) > 0) {
		return usage(c, fmt.Errorf("%s is a model, which knows what its columns are: --columns, --except, --as and --schema are of tables; --between chooses columns", path))
	}
	if len(o.given) > 0 && o.between == "" {
		return usage(c, errors.New("--given without --between a,b:c,d, want the groups whose mutual information it is"))
	}
	if o.other == "" {
		return nil
	}
	return o.table.checkPair(c, path, o.other)
}

// betweenGroups measures the mutual information that --between asks for.
func (o *infoFlags) betweenGroups(c *cobra.Command, said *findings, table *measured) error {
	left, right, ok := strings.Cut(o.between, ":")
	if !ok || left == "" || right == "" {
		return usage(c, fmt.Errorf("--between %q, want two groups of columns, a,b:c,d", o.between))
	}
	var groups [3][]int
	seen := map[string]bool{}
	for i, names := range [][]string{strings.Split(left, ","), strings.Split(right, ","), o.given} {
		for _, name := range names {
			at, err := table.column(name)
			switch {
			case err != nil:
				return err
			case seen[name]:
				return usage(c, fmt.Errorf("the column %q is named twice, want groups that do not overlap", name))
			}
			seen[name] = true
			groups[i] = append(groups[i], at)
		}
	}
	said.LeftOut = nil // only the columns that were asked for are concerned
	return said.groups(table, o.between, groups)
}

// compare computes what --kl asks for.
func (o *infoFlags) compare(c *cobra.Command, said *findings, table *measured) error {
	table, err := table.numbers()
	if err != nil {
		return err
	}
	other, err := o.readAs(c, o.other, table.schema)
	if err != nil {
		return err
	}
	said.LeftOut = table.leftOut
	return said.compare(table, other)
}
