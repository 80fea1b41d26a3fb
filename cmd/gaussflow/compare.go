package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/data/sql"
	"gaussflow/drift"
	"gaussflow/internal/files"
	"gaussflow/report"
)

const compareLong = `Compare tests whether two tables come from the same population. It reports how far apart they are, which columns have
changed and how, and which pairs of columns have changed their dependence although neither column changed by itself.
It needs no model. Columns may be numbers, categories or dates, and cells may be missing. The kinds of the columns are
determined from A, and the cells of B are read accordingly. Columns that one table lacks, or that are of another kind
there, are named and left out. Categories that occur only in B are reported. Of two columns that nearly determine each
other, as the start and the end of a trip, the difference is compared too.

  p           the probability of tables at least this different if nothing had changed: a permutation test, which
              deals the rows out to A and B again hundreds of times. It is valid for any number of rows, provided the
              rows are independent (those of a time series are not)
  told apart  given one row of A and one of B, how often a classifier finds out which is which: 50 % is never better
              than chance, 100 % is always
  off by      the smallest share of a column's rows that would have to be replaced for the column not to have changed

The p of columns and of pairs is corrected for their number by Holm's procedure in the version of Westfall and Young.
Of a table with more than --rows rows, that many are used, drawn uniformly from all.`

const compareExample = `  gaussflow compare january.csv february.csv
  gaussflow compare january.csv february.parquet -o drift.html --except id
  gaussflow compare reference.csv today.csv --fail-below 0.01 --json
  gaussflow compare shop.db shop.db --sql 'select * from january' --sql-b 'select * from february'`

// compareFlags are the flags of compare.
type compareFlags struct {
	table     tableFlags
	as        map[string]string
	schema    string
	output    string
	asJSON    bool
	failBelow float64
	queryB    string
	config    drift.Config
}

func newCompare() *cobra.Command {
	var o compareFlags
	c := &cobra.Command{
		Use:     "compare A B",
		Short:   "Test whether a table has drifted, in which columns and how",
		Long:    compareLong,
		Example: compareExample,
		Args:    arguments("A", "B"),
		RunE:    func(c *cobra.Command, args []string) error { return o.run(c, args[0], args[1]) },
	}
	o.table.registerFormat(c)
	f := c.Flags()
	f.BoolVar(&o.table.skipBad, "skip-bad-rows", false, "leave out rows that cannot be read (cut short, for example), and report how many")
	f.StringSliceVar(&o.table.options.Columns, "columns", nil, "look at these columns, by `name` (default: all)")
	f.StringSliceVar(&o.table.options.Except, "except", nil, "leave these columns out, by `name`")
	f.StringToStringVar(&o.as, "as", nil, asUsage)
	f.StringVar(&o.schema, "schema", "", "take what A's columns are from this JSON `file`, which gaussflow inspect --schema writes")
	f.StringVarP(&o.output, "output", "o", "", "write a page that shows the columns of both tables side by side to this `file`; with -, to standard output instead of the text")
	f.Float64Var(&o.failBelow, "fail-below", 0, "exit with code 3 where the tables' `p` is less than this")
	f.IntVar(&o.config.Rows, "rows", 0, "use at most this many rows of each table (default: 5000, fewer for wide tables)")
	f.IntVar(&o.config.Draws, "draws", 0, "number of permutations of the rows (default: 999, or 199 if that takes long, or as many as --fail-below needs)")
	f.Float64Var(&o.config.Level, "level", 0, "name columns and pairs whose corrected p is at most this (default: 0.05)")
	f.Uint64Var(&o.config.Seed, "seed", 0, "seed of the sample of rows and of the permutations")
	f.StringVar(&o.queryB, "sql-b", "", "take the rows of B from this `query` (default: that of --sql)")
	f.Lookup("sql").Usage = "take the rows that this `query` gives of those tables that are SQLite files or postgres://user@host/name"
	jsonFlag(c, &o.asJSON)
	return c
}

// A driftedError is returned for --fail-below if the tables differ.
type driftedError struct {
	p     string
	below float64
}

func (e *driftedError) Error() string {
	return fmt.Sprintf("the tables differ: p %s, and --fail-below is %g", e.p, e.below)
}

func (o *compareFlags) run(c *cobra.Command, pathA, pathB string) error {
	if err := usage(c, o.check(c, pathA, pathB)); err != nil {
		return err
	}
	p := new(paths).reads("A", pathA).reads("B", pathB).writes("--output", o.output)
	if o.schema != "" {
		p.reads("--schema", o.schema)
	}
	if err := errors.Join(p.check(c), o.table.checkPair(c, pathA, pathB)); err != nil {
		return err
	}
	r, err := o.compare(c, pathA, pathB)
	if err != nil {
		return err
	}
	if err = o.write(c, r); err != nil {
		return err
	}
	if r.P < o.failBelow {
		return &driftedError{r.Say(r.P), o.failBelow}
	}
	return nil
}

// check checks the values of the flags.
func (o *compareFlags) check(c *cobra.Command, pathA, pathB string) error {
	has := c.Flags().Changed
	if o.schema != "" {
		if err := o.table.schemaAlone(o.as); err != nil {
			return err
		}
	}
	switch {
	case o.queryB != "" && !sql.IsDatabase(pathB):
		return fmt.Errorf("--sql-b asks a database, and %s is none, want an SQLite file or postgres://user@host:port/name", pathB)
	case pathA == "-" && pathB == "-":
		return errors.New("A and B are both standard input, want one of them to be a file")
	case o.asJSON && o.output == "-":
		return errors.New("--json and --output - both go to standard output, want one of them")
	case has("rows") && (o.config.Rows < 1 || o.config.Rows > drift.MostRows):
		return fmt.Errorf("--rows %d, want 1 to %d", o.config.Rows, drift.MostRows)
	case has("draws") && (o.config.Draws < drift.FewestDraws || o.config.Draws > drift.MostDraws):
		return fmt.Errorf("--draws %d, want %d to %d", o.config.Draws, drift.FewestDraws, drift.MostDraws)
	case has("level") && !(o.config.Level > 0 && o.config.Level < 1):
		return fmt.Errorf("--level %g, want more than 0 and less than 1", o.config.Level)
	case !has("fail-below"):
		return nil
	case !(o.failBelow > 0 && o.failBelow < 1):
		return fmt.Errorf("--fail-below %g, want more than 0 and less than 1", o.failBelow)
	}
	need := math.Ceil(1 / o.failBelow) // draws for which the least possible p is below the limit
	switch {
	case need > drift.MostDraws:
		return fmt.Errorf("--fail-below %g is finer than %d draws can tell, want more than %g", o.failBelow, drift.MostDraws, 1.0/drift.MostDraws)
	case has("draws") && float64(o.config.Draws) < need:
		return fmt.Errorf("--fail-below %g is finer than %d draws can tell, want --draws %.0f at least", o.failBelow, o.config.Draws, need)
	case !has("draws") && need > 199:
		o.config.Draws = int(max(need, 999))
	}
	return nil
}

// compare reads both tables and compares them.
func (o *compareFlags) compare(c *cobra.Command, pathA, pathB string) (*drift.Result, error) {
	a, b, err := o.open(c, pathA, pathB)
	if err != nil {
		return nil, err
	}
	nameA, nameB := sql.Name(pathA), sql.Name(pathB)
	tables := [2]drift.Table{{Rows: a, Name: nameA}, {Rows: b, Name: nameB}}
	if o.schema != "" {
		tables[0].Schema, err = readSchema(o.schema)
	} else {
		tables[0].Schema, err = profile(c, a, o.as)
	}
	if err != nil {
		return nil, err
	}
	sayTaken(c, tables[0].Schema)
	r, err := drift.Compare(c.Context(), tables[0], tables[1], o.config)
	var empty *drift.EmptyError
	var incomparable *drift.IncomparableError
	switch {
	case errors.As(err, &empty):
		return nil, &data.EmptyError{File: empty.Name, What: "row that can be read"}
	case errors.As(err, &incomparable):
		return nil, in(nameA+" and "+nameB, err)
	case err != nil:
		return nil, err
	}
	r.Names = o.called(pathA, pathB)
	for side, path := range []string{nameA, nameB} {
		bad := r.Tables[side].BadRows
		if bad != nil && !o.table.skipBad {
			return nil, in(path, &badRowsError{bad: bad})
		}
		if bad != nil {
			fmt.Fprintf(c.ErrOrStderr(), "gaussflow: %s: rows left out because they cannot be read: %d\n", path, bad.Count)
		}
	}
	return r, nil
}

// open opens both tables, each with those of the requested columns that it has.
func (o *compareFlags) open(c *cobra.Command, pathA, pathB string) (a, b *data.File, err error) {
	var of [2]*data.File
	for side, path := range []string{pathA, pathB} {
		flags := o.table.ofPair(path)
		flags.options.Columns, flags.options.Except = nil, nil
		if side == 1 && o.queryB != "" {
			flags.query = o.queryB
		}
		if of[side], err = flags.open(c, path); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range slices.Concat(o.table.options.Columns, o.table.options.Except) {
		if !slices.Contains(of[0].Header(), name) && !slices.Contains(of[1].Header(), name) {
			return nil, nil, &data.ColumnError{File: sql.Name(pathA) + " and " + sql.Name(pathB), Missing: []string{name}, Have: of[0].Header()}
		}
	}
	for side, file := range of {
		if of[side], err = o.choose(file); err != nil {
			return nil, nil, err
		}
	}
	return of[0], of[1], nil
}

// choose selects the columns of the file that are compared.
func (o *compareFlags) choose(file *data.File) (*data.File, error) {
	there := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(file.Header(), name) })
	}
	var err error
	if len(o.table.options.Columns) > 0 {
		chosen := there(o.table.options.Columns)
		if len(chosen) == 0 {
			return nil, &data.ColumnError{File: file.Name(), Missing: o.table.options.Columns, Have: file.Header()}
		}
		if file, err = file.Select(chosen...); err != nil {
			return nil, err
		}
	}
	if except := there(o.table.options.Except); len(except) > 0 {
		return file.Except(except...)
	}
	return file, nil
}

// called gives the tables their names: those of their files or databases; if these are equal, with their folders or servers; and if
// both are the same database, with the queries.
func (o *compareFlags) called(pathA, pathB string) [2]string {
	names := [2]string{sql.ShortName(pathA), sql.ShortName(pathB)}
	if names[0] == names[1] {
		names = [2]string{sql.Name(pathA), sql.Name(pathB)}
	}
	if names[0] == names[1] && o.queryB != "" {
		names = [2]string{o.table.query, o.queryB}
	}
	for side, name := range names {
		if name == "-" {
			names[side] = "standard input"
		}
	}
	return names
}

// write prints the findings, and writes the page.
func (o *compareFlags) write(c *cobra.Command, r *drift.Result) error {
	page := func(w io.Writer) error { return report.WriteDrift(w, r) }
	if o.output == "-" {
		return page(c.OutOrStdout())
	}
	if o.output != "" {
		if err := files.Replace(o.output, page); err != nil {
			return err
		}
	}
	if o.asJSON {
		return printJSON(c.OutOrStdout(), r)
	}
	printDrift(c.OutOrStdout(), r)
	return nil
}
