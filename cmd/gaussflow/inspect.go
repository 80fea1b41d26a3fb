package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gaussflow/flows"
	"gaussflow/internal/counted"
	"gaussflow/internal/visible"
	"gaussflow/layers"
	"gaussflow/tabular"
	"gaussflow/train"
)

const inspectLong = `Inspect prints what is in a table or in a model file.

Of a table it prints the kind of each column: numbers, a grid (whole numbers, for example), a boolean, a category, a
time, or a column that follows from others, as total = a + b. It also prints the columns that have no density and
would be left out: constants, text, identifiers, empty columns. It reads the table two or three times, in memory that
does not grow with the table. --as id=numbers corrects the kind of a column, and --schema writes the kinds of all
columns to a JSON file that can be edited.

Cells that can be read in two ways, such as 1,234 or 03/04/2021, are read as the other columns of the table are
written. Where these do not decide, a line says which way was taken and which --as takes the other. Infinite cells,
and limits such as <0.01, count as missing, and a line says how many there are.

Of a model it prints the layers in the style of Keras, how the model was fitted, and its columns.`

const inspectExample = `  gaussflow inspect table.csv
  gaussflow inspect table.csv --as zip=category --as id=ignored --schema table.json
  gaussflow inspect shop.db --sql 'select * from sales'
  gaussflow inspect model.gflow --json`

func newInspect() *cobra.Command {
	var asJSON bool
	var table schemaFlags
	c := &cobra.Command{
		Use:     "inspect FILE",
		Short:   "Print the kinds of a table's columns, or what is in a model",
		Long:    inspectLong,
		Example: inspectExample,
		Args:    arguments("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := new(paths).reads("FILE", args[0]).writes("--schema", table.schema).check(c); err != nil {
				return err
			}
			if table.table.query != "" || !isModel(args[0]) {
				return table.inspect(c, args[0], asJSON)
			}
			model, err := load(c, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), newInspection(model))
			}
			inspect(visible.Writer{Writer: c.OutOrStdout()}, model)
			return nil
		},
	}
	table.register(c)
	jsonFlag(c, &asJSON)
	return c
}

// isModel recognizes a model file by its name, or by its first bytes: the length of a header, and that header.
func isModel(path string) bool {
	if filepath.Ext(path) == ".gflow" {
		return true
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // a pipe can be read only once
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 9)
	_, err = io.ReadFull(f, head)
	return err == nil && head[7] == 0 && head[6] == 0 && head[8] == '{'
}

// inspection is a model as JSON.
type inspection struct {
	Layers []inspectedLayer `json:"layers,omitempty"`
	Dtype  string           `json:"dtype,omitempty"`
	tabular.Facts
}

type inspectedLayer struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Parameters int    `json:"parameters"`
}

func newInspection(m *tabular.Model) inspection {
	in := inspection{Facts: m.Facts}
	if m.Mixed != nil {
		return in
	}
	in.Dtype = string(m.Flow.Dtype())
	for _, l := range m.Flow.Layers() {
		n := 0
		for _, p := range l.Layer.Params() {
			n += p.Size()
		}
		in.Layers = append(in.Layers, inspectedLayer{l.Name, layers.Kind(l.Layer), n})
	}
	return in
}

func inspect(out io.Writer, m *tabular.Model) {
	if m.Mixed == nil {
		fmt.Fprintln(out, m.Flow.Summary())
	} else {
		fmt.Fprintf(out, "Each column given any others, by one network of %s (any-order)\n\n", counted.Of(m.Training.Parameters, "parameter"))
	}
	if !known(m) {
		fmt.Fprintf(out, "Columns: %s\n", strings.Join(m.Names(), ", "))
		if len(m.Given) > 0 {
			fmt.Fprintf(out, "Conditional on: %s\n", strings.Join(m.Given, ", "))
		}
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	t, c := m.Training, m.Config
	if c.Preset != "" {
		fmt.Fprintf(w, "preset\t%s\n", c.Preset)
	}
	fmt.Fprintf(w, "rows fitted to\t%d\n", t.Rows)
	fmt.Fprintf(w, "rows validated on\t%d\n", t.ValidationRows)
	if t.TableRows > 0 {
		fmt.Fprintf(w, "of a table of\t%s, drawn evenly\n", counted.Of(t.TableRows, "row"))
	}
	fmt.Fprintf(w, "log p of these, mean\t%.6g nats\n", t.LogLikelihood)
	if c.Family == tabular.Gaussian {
		fmt.Fprintln(w, "density\tone Gaussian of a shrunk covariance")
	} else if h := t.History; h != nil && m.Mixed == nil {
		best := fmt.Sprintf("the best %d", h.BestEpoch+1)
		if h.BestEpoch == train.Start || len(h.Epoch) == 0 {
			best = "the model is the warm start"
		}
		fmt.Fprintf(w, "epochs\t%d of at most %d, %s\n", len(h.Epoch), c.Epochs, best)
	}
	if m.Mixed != nil {
		fmt.Fprintf(w, "epochs\t%d, the best %d\n", m.Mixed.Facts.Epochs, m.Mixed.Facts.BestEpoch+1)
		fmt.Fprintf(w, "log p of independent columns\t%.6g nats\n", m.Mixed.Facts.Independent)
	} else if c.Family != tabular.Gaussian {
		fmt.Fprintf(w, "batch size\t%d\n", c.BatchSize)
		fmt.Fprintf(w, "learning rate\t%g\n", c.LearningRate)
	}
	fmt.Fprintf(w, "seed\t%d\n", c.Seed)
	if t.Kernels != "" {
		fmt.Fprintf(w, "fitted with kernels\t%s\n", t.Kernels)
	}
	fmt.Fprintf(w, "version\t%s\n\n", flows.Version)
	if m.Mixed == nil {
		inspectColumns(w, m)
	}
	w.Flush()
	if m.Mixed != nil {
		printSchema(out, m.Schema)
	}
	for _, warning := range m.Warnings {
		fmt.Fprintf(out, "\nwarning: %v\n", warning)
	}
}

// inCell writes a name so that it fits into one cell of a printed table.
func inCell(name string) string { return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(name) }

func inspectColumns(w io.Writer, m *tabular.Model) {
	fmt.Fprintln(w, "Column\tMean\tStd\tDistinct\tTreated as")
	quanta := m.Quanta
	for _, c := range m.Columns {
		treated := "continuous"
		if c.Dropped {
			treated = "constant, dropped"
		} else {
			if quanta[0] > 0 {
				treated = fmt.Sprintf("grid of step %.6g, dequantized", quanta[0])
			}
			quanta = quanta[1:]
		}
		fmt.Fprintf(w, "%s\t%.6g\t%.6g\t%d\t%s\n", inCell(c.Name), c.Mean, c.Std, c.Distinct, treated)
	}
}
