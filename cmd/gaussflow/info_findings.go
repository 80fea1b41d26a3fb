package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/info"
	"gaussflow/internal/visible"
)

// findings are what info prints.
type findings struct {
	Rows     int                  `json:"rows"`
	Columns  []string             `json:"columns"`
	LeftOut  []string             `json:"left_out,omitempty"` // columns of one value
	Measures []finding            `json:"measures,omitempty"`
	Tests    map[string]info.Test `json:"tests,omitempty"`
	Matrix   [][]*info.Estimate   `json:"matrix,omitempty"` // null: infinite, as on the diagonal
	ByValue  []string             `json:"by_value,omitempty"`
}

// A finding is a measure, or why there is none.
type finding struct {
	Name string `json:"name"`
	*info.Estimate
	Why string `json:"why_not,omitempty"`
}

// sampleOf is the sample of a table.
func sampleOf(c info.Config, path string, table *data.Table) (*info.Sample, error) {
	c.Names = table.Names
	s, err := info.Of(table.X, c)
	return s, in(path, err)
}

// add adds a measure. Where columns have none, why is said in its place.
func (f *findings) add(name string, e info.Estimate, err error) error {
	var dependent *info.DependentError
	var tied *info.TiedError
	switch {
	case errors.As(err, &dependent) || errors.As(err, &tied):
		f.Measures = append(f.Measures, finding{Name: name, Why: message(err)})
		return nil
	case err != nil:
		return err
	}
	f.Measures = append(f.Measures, finding{Name: name, Estimate: &e})
	return nil
}

// describe says what the columns of one table share.
func (f *findings) describe(c *cobra.Command, o *infoFlags, path string, table *data.Table) error {
	all, err := sampleOf(o.config, path, table)
	if err != nil {
		return err
	}
	var varying []int
	for j, name := range table.Names {
		if all.Constant(j) {
			f.LeftOut = append(f.LeftOut, name)
			continue
		}
		varying = append(varying, j)
		f.Columns = append(f.Columns, name)
	}
	if len(f.LeftOut) > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: columns of one value in all rows share nothing, and are left out: %s\n", quoted(f.LeftOut))
	}
	f.Rows = table.Rows()
	if len(varying) == 0 {
		return in(path, errors.New("every column has one value in all rows, want at least one that varies"))
	}
	return in(path, f.shared(all, varying, o))
}

// shared are the measures of columns that vary.
func (f *findings) shared(s *info.Sample, columns []int, o *infoFlags) error {
	type measure struct {
		name string
		of   func(columns ...int) (info.Estimate, error)
		from int  // columns
		is   bool // asked for
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
	t, err := s.IndependenceTest(columns...)
	if err != nil {
		return err
	}
	f.Tests = map[string]info.Test{"independence": t}
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
			if !math.IsInf(row[j].Value, 1) {
				out[j] = &row[j]
			}
		}
		f.Matrix = append(f.Matrix, out)
	}
	return nil
}

// groups says what two groups share, where a third is known.
func (f *findings) groups(s *info.Sample, between string, groups [3][]int) error {
	for _, g := range groups {
		for _, j := range g {
			f.Columns = append(f.Columns, s.Names()[j])
		}
	}
	f.Rows = s.Rows()
	name := "mutual information of " + strings.ReplaceAll(between, ":", " and ")
	if len(groups[2]) > 0 {
		name += " given " + strings.Join(f.Columns[len(groups[0])+len(groups[1]):], ",")
	}
	e, err := s.ConditionalMutualInformation(groups[0], groups[1], groups[2])
	if err := f.add(name, e, err); err != nil {
		return err
	}
	if len(groups[2]) > 0 {
		return nil
	}
	t, err := s.DependenceTest(groups[0], groups[1])
	f.Tests = map[string]info.Test{"independence": t}
	return err
}

// compare says how two tables differ.
func (f *findings) compare(config info.Config, path, otherPath string, table, other *data.Table) error {
	p, err := sampleOf(config, path, table)
	if err != nil {
		return err
	}
	q, err := sampleOf(config, otherPath, other)
	if err != nil {
		return err
	}
	f.Rows, f.Columns = table.Rows(), table.Names
	d, err := info.Diverge(p, q)
	if err != nil {
		return err
	}
	f.ByValue = d.ByValue
	for _, m := range []struct {
		name string
		e    info.Estimate
	}{{fmt.Sprintf("KL(%s ‖ %s)", path, otherPath), d.KL}, {fmt.Sprintf("KL(%s ‖ %s)", otherPath, path), d.Reverse}, {"Jensen–Shannon", d.JensenShannon}} {
		if err := f.add(m.name, m.e, nil); err != nil {
			return err
		}
	}
	t, err := info.SameTest(p, q)
	f.Tests = map[string]info.Test{"one distribution": t}
	return err
}

func (f *findings) print(out io.Writer) {
	w := tabwriter.NewWriter(visible.Writer{Writer: out}, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "rows\t%d\n", f.Rows)
	for _, m := range f.Measures {
		if m.Estimate == nil {
			fmt.Fprintf(w, "%s\t–\t%s\n", m.Name, m.Why)
			continue
		}
		fmt.Fprintf(w, "%s\t%.4f ± %.4f nats\t95 %%: %.4f to %.4f\tbias taken off: %.4f\n", m.Name, m.Value, m.SE, m.Lo, m.Hi, m.Bias)
	}
	for name, t := range f.Tests {
		fmt.Fprintf(w, "%s\tp = %.3g\t%d draws\n", name, t.P, t.Draws)
	}
	if len(f.ByValue) > 0 {
		fmt.Fprintf(w, "taken for normal\t%s\n", strings.Join(f.ByValue, ", "))
	}
	w.Flush()
	if f.Matrix == nil {
		return
	}
	fmt.Fprintf(w, "\nmutual information, nats\t%s\n", strings.Join(cells(f.Columns), "\t"))
	for i, row := range f.Matrix {
		fmt.Fprint(w, inCell(f.Columns[i]))
		for j, e := range row {
			switch {
			case i == j:
				fmt.Fprint(w, "\t·")
			case e == nil:
				fmt.Fprint(w, "\tinfinite")
			default:
				fmt.Fprintf(w, "\t%.3f ± %.3f", e.Value, e.SE)
			}
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func cells(names []string) []string {
	in := make([]string, len(names))
	for i, n := range names {
		in[i] = inCell(n)
	}
	return in
}
