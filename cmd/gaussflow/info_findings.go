package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"gaussflow/info"
	"gaussflow/internal/counted"
	"gaussflow/internal/visible"
)

// findings is the output of info.
type findings struct {
	Rows     int                  `json:"rows"`
	Columns  []string             `json:"columns"`
	LeftOut  []leftOut            `json:"left_out,omitempty"`
	Names    []string             `json:"names,omitempty"` // names of columns that are categories
	Tied     []string             `json:"tied,omitempty"`  // columns of numbers with many equal values
	Measures []finding            `json:"measures,omitempty"`
	Tests    map[string]info.Test `json:"tests,omitempty"`
	Matrix   [][]*info.Estimate   `json:"matrix,omitempty"` // null is infinite, as on the diagonal; 0 rows: there is no estimate
	ByValue  []string             `json:"by_value,omitempty"`
	Rounded  []string             `json:"rounded,omitempty"`

	pair bool // the findings are about two tables
}

// A finding is a measure, or the reason why there is none.
type finding struct {
	Name string `json:"name"`
	*info.Estimate
	Why string `json:"why_not,omitempty"`
}

// of records which columns of a table the findings are about.
func (f *findings) of(m *measured, columns ...int) {
	f.Rows = m.sample.Rows()
	for _, j := range columns {
		name := m.sample.Names()[j]
		f.Columns = append(f.Columns, name)
		switch {
		case len(m.schema.Columns[j].Levels) > 0:
			f.Names = append(f.Names, name)
		case m.sample.Tied(j) > f.Rows/20:
			f.Tied = append(f.Tied, name)
		}
	}
}

// add adds a measure or, if it is not defined for the columns, the reason.
func (f *findings) add(name string, e info.Estimate, err error) error {
	var why interface{ Reason() string }
	switch {
	case errors.As(err, &why):
		f.Measures = append(f.Measures, finding{Name: name, Why: why.Reason()})
		return nil
	case err != nil:
		return err
	}
	f.Measures = append(f.Measures, finding{Name: name, Estimate: &e})
	return nil
}

// describe measures what the columns of one table share.
func (f *findings) describe(m *measured, o *infoFlags) error {
	var all []int
	for j := range m.schema.Columns {
		all = append(all, j)
	}
	f.of(m, all...)
	return f.shared(m.sample, all, o)
}

// shared adds the measures of columns that vary.
func (f *findings) shared(s *info.Sample, columns []int, o *infoFlags) error {
	type measure struct {
		name string
		of   func(columns ...int) (info.Estimate, error)
		from int  // the fewest columns that the measure needs
		is   bool // whether it was asked for
	}
	for _, m := range []measure{
		{"total correlation", s.TotalCorrelation, 2, true}, {"dual total correlation", s.DualTotalCorrelation, 2, o.dual},
		{"O-information", s.OInformation, 3, o.dual}, {"entropy", s.Entropy, 1, true},
	} {
		if len(columns) < m.from || !m.is {
			continue
		}
		e, err := m.of(columns...)
		if err := f.add(m.name, e, err); err != nil {
			return err
		}
	}
	if len(columns) < 2 {
		return nil
	}
	if err := f.test("independence", func() (info.Test, error) { return s.IndependenceTest(columns...) }); err != nil {
		return err
	}
	if !o.matrix {
		return nil
	}
	pairs, err := s.Pairwise(columns...)
	if err != nil {
		return err
	}
	for _, row := range pairs {
		out := make([]*info.Estimate, len(row))
		for j := range row {
			switch {
			case math.IsNaN(row[j].Value):
				out[j] = &info.Estimate{}
			case !math.IsInf(row[j].Value, 1):
				out[j] = &row[j]
			}
		}
		f.Matrix = append(f.Matrix, out)
	}
	return nil
}

// test adds a test, unless it is not defined for the columns; the measures beside it then say why.
func (f *findings) test(name string, of func() (info.Test, error)) error {
	t, err := of()
	var why interface{ Reason() string }
	if errors.As(err, &why) {
		return nil
	}
	f.Tests = map[string]info.Test{name: t}
	return err
}

// groups measures what two groups share, given a third one if there is one.
func (f *findings) groups(m *measured, between string, groups [3][]int) error {
	for _, g := range groups {
		f.of(m, g...)
	}
	name := "mutual information of " + strings.ReplaceAll(between, ":", " and ")
	if len(groups[2]) > 0 {
		name += " given " + strings.Join(f.Columns[len(groups[0])+len(groups[1]):], ",")
	}
	e, err := m.sample.ConditionalMutualInformation(groups[0], groups[1], groups[2])
	if err := f.add(name, e, err); err != nil {
		return err
	}
	if len(groups[2]) > 0 {
		return nil
	}
	return f.test("independence", func() (info.Test, error) { return m.sample.DependenceTest(groups[0], groups[1]) })
}

// compare measures how two tables differ.
func (f *findings) compare(table, other *measured) error {
	f.Rows, f.Columns, f.pair = table.sample.Rows(), table.sample.Names(), true
	var d info.Divergence
	var err error
	if table.flow != nil && other.flow != nil {
		d, err = info.DivergeFlows(table.flow, other.flow, table.sample.Rows(), table.config.Seed)
	} else {
		d, err = info.Diverge(table.sample, other.sample)
	}
	if err != nil {
		return err
	}
	f.ByValue, f.Rounded = d.ByValue, d.Rounded
	for _, m := range []struct {
		name string
		e    info.Estimate
	}{{fmt.Sprintf("KL(%s ‖ %s)", table.name, other.name), d.KL}, {fmt.Sprintf("KL(%s ‖ %s)", other.name, table.name), d.Reverse}, {"Jensen–Shannon", d.JensenShannon}} {
		if err := f.add(m.name, m.e, nil); err != nil {
			return err
		}
	}
	return f.test("one distribution", func() (info.Test, error) { return info.SameTest(table.sample, other.sample) })
}

func (f *findings) print(out io.Writer) {
	w := tabwriter.NewWriter(visible.Writer{Writer: out}, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "rows\t%d\n", f.Rows)
	for _, m := range f.Measures {
		if m.Estimate == nil {
			fmt.Fprintf(w, "%s\t–\t%s\n", inCell(m.Name), inCell(m.Why))
			continue
		}
		fmt.Fprintf(w, "%s\t%s ± %s nats\t95 %%: %s to %s\tbias taken off: %s%s\n", inCell(m.Name), fixed(m.Value), fixed(m.SE), fixed(m.Lo), fixed(m.Hi), fixed(m.Bias), f.partly(m.Rows))
	}
	for name, t := range f.Tests {
		fmt.Fprintf(w, "%s\tp = %.3g\t%s\n", name, t.P, counted.Of(t.Draws, "draw"))
	}
	for _, said := range []struct {
		what    string
		columns []string
	}{{"measured as names", f.Names}, {"equal values ranked at random", f.Tied}, {"rounded to the coarser of both", f.Rounded}, {"taken for normal", f.ByValue}} {
		if len(said.columns) > 0 {
			fmt.Fprintf(w, "%s\t%s\n", said.what, listed(cells(said.columns), ", "))
		}
	}
	w.Flush()
	for i, l := range f.LeftOut {
		if i == 0 {
			fmt.Fprint(w, "\nleft out\n")
		}
		fmt.Fprintf(w, "  %s\t%s\n", inCell(l.Name), inCell(l.Why))
	}
	w.Flush()
	f.printMatrix(w)
}

// fixed writes nats with four decimals, without a sign before zero.
func fixed(nats float64) string {
	if text := strconv.FormatFloat(nats, 'f', 4, 64); text != "-0.0000" {
		return text
	}
	return "0.0000"
}

// partly says how many rows a measure is computed from, if some have missing cells.
func (f *findings) partly(rows int) string {
	if rows == f.Rows || f.pair {
		return ""
	}
	return fmt.Sprintf("\tof the %s with all cells", counted.Of(rows, "row"))
}

// printMatrix prints what every two columns share.
func (f *findings) printMatrix(w *tabwriter.Writer) {
	if f.Matrix == nil {
		return
	}
	fmt.Fprintf(w, "\nmutual information, nats\t%s\n", strings.Join(cells(f.Columns), "\t"))
	unknown := false
	for i, row := range f.Matrix {
		fmt.Fprint(w, inCell(f.Columns[i]))
		for j, e := range row {
			switch {
			case i == j:
				fmt.Fprint(w, "\t·")
			case e == nil:
				fmt.Fprint(w, "\tinfinite")
			case e.Rows == 0:
				unknown = true
				fmt.Fprint(w, "\t?")
			default:
				fmt.Fprintf(w, "\t%.3f ± %.3f", e.Value, e.SE)
			}
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	if unknown {
		fmt.Fprintln(w, "?: too few rows have both cells, or too few each of the names, to tell")
		w.Flush()
	}
}

func cells(names []string) []string {
	in := make([]string, len(names))
	for i, n := range names {
		in[i] = inCell(n)
	}
	return in
}
