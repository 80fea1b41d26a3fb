package data

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// A Report is what one pass over a File found. Row counts include the rows left out; the numbers of a column are
// those of the rows that the File hands out, or of all numeric cells where bad ones are not left out.
type Report struct {
	File    string
	Rows    int // of the file
	Dropped int // of them, left out because of bad cells (Options.DropMissing)
	Columns []Column
	drop    bool
}

// A Column is what was found in one.
type Column struct {
	Name string
	Bad  BadColumn // cells that are no finite numbers, over all rows

	Count     int // numbers; where there are none, all that follows is 0
	Min, Max  float64
	Mean, Std float64 // Std divides by Count, as a standardizer does

	Distinct int     // values, a lower bound where not Exact
	Exact    bool    // Distinct and Top are exact
	Top      float64 // the most frequent value
	TopShare float64 // of all numbers; not Exact: by less than 1/1024 too low

	Integer bool    // all numbers are whole
	Quantum float64 // the step of the grid on which all values lie; 0 where there is none
}

// Inspect reads a File once, in constant memory. Bad cells are counted, not an error: see Report.Check.
func Inspect(f *File) (*Report, error) {
	r, err := f.Rows()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	names := f.Names()
	r.tally = newTally(names)
	sums := newSummaries(len(names))
	buf := make([]float64, max(256/len(names), 1)*len(names))
	for err == nil {
		var n int
		n, err = r.Read(buf)
		for i := range n * len(names) {
			sums[i%len(names)].add(buf[i])
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	report := &Report{File: f.in.name, Rows: r.row, Dropped: r.dropped, drop: f.drop}
	for j, name := range names {
		report.Columns = append(report.Columns, sums[j].column(name, r.tally.bad[j]))
	}
	return report, nil
}

// Constant reports whether all numbers are the same.
func (c Column) Constant() bool { return c.Count > 0 && c.Min == c.Max }

// tieShare is the share of one value, or of repeated values, from which a column counts as tied.
const (
	tieShare    = 0.05
	repeatShare = 0.9
)

// Tied reports whether a density is a doubtful description of the column: one value makes up 5% of the numbers
// or more, or nine in ten numbers repeat another one. Fewer than 20 numbers tell nothing.
func (c Column) Tied() bool {
	if c.Count < 20 || c.Constant() {
		return false
	}
	return c.TopShare >= tieShare || c.Exact && float64(c.Count-c.Distinct) >= repeatShare*float64(c.Count)
}

// Warning says what a log-density means in a tied column; "" for another one.
func (c Column) Warning() string {
	if !c.Tied() {
		return ""
	}
	kind := "heavily tied"
	if c.Integer {
		kind = "integer-coded"
	}
	return fmt.Sprintf("column %q is %s (%s distinct values in %d rows; %v in %.1f%% of them): its density can grow without bound at "+
		"such values, so log p compares rows but is no density of the column; dequantize adds noise of one step (%s)",
		c.Name, kind, c.distinct(), c.Count, c.Top, 100*c.TopShare, c.step())
}

func (c Column) distinct() string {
	if c.Exact {
		return fmt.Sprint(c.Distinct)
	}
	return fmt.Sprintf("at least %d", c.Distinct)
}

func (c Column) step() string {
	if c.Quantum == 0 {
		return "none: its values lie on no grid"
	}
	return fmt.Sprint(c.Quantum)
}

// Warnings are those of all columns.
func (r *Report) Warnings() []string {
	var all []string
	for _, c := range r.Columns {
		if w := c.Warning(); w != "" {
			all = append(all, w)
		}
	}
	return all
}

// Constants are the constant columns, those of categories aside.
func (r *Report) Constants() []ConstantColumn {
	var all []ConstantColumn
	for _, c := range r.Columns {
		if c.Constant() && !c.Bad.Category(r.Rows) {
			all = append(all, ConstantColumn{c.Name, c.Min})
		}
	}
	return all
}

// Check is everything that keeps the table from being modelled, joined: a CategoryError or, unless such rows are left
// out, a MissingError; a ConstantError; an EmptyError.
func (r *Report) Check() error {
	t := &tally{}
	for _, c := range r.Columns {
		t.bad = append(t.bad, c.Bad)
	}
	err := t.check(r.File, r.Rows, r.drop)
	if r.Rows == r.Dropped && err == nil {
		return &EmptyError{r.File, "row", r.Dropped}
	}
	if c := r.Constants(); c != nil {
		err = errors.Join(err, &ConstantError{r.File, c})
	}
	return err
}

// Prepare inspects a File, leaves constant columns out where its Options allow it, and checks what is left. The report
// is of all columns, those left out included, and comes with an error of Check too.
func Prepare(f *File) (*File, *Report, error) {
	report, err := Inspect(f)
	if err != nil {
		return nil, nil, err
	}
	checked := report
	if f.opts.DropConstant {
		var names []string
		for _, c := range report.Constants() {
			names = append(names, c.Name)
		}
		if f, err = f.Except(names...); err != nil {
			return nil, report, err
		}
		checked = report.without(names)
	}
	if err = checked.Check(); err != nil {
		return nil, report, err
	}
	return f, report, nil
}

func (r *Report) without(names []string) *Report {
	left := *r
	left.Columns = slices.DeleteFunc(slices.Clone(r.Columns), func(c Column) bool { return slices.Contains(names, c.Name) })
	return &left
}
