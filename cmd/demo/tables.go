package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// tableOf is a table of the notebook: a title, one paragraph, a header and rows of text.
type tableOf struct {
	Title, Text string
	Header      []string
	Rows        [][]string
}

// tables are the notebook's tables, in its order.
func (e *experiment) tables() []tableOf {
	r := e.report
	sci := func(s spread) []string {
		return []string{scientific(s.Median), scientific(s.P95), scientific(s.Max)}
	}
	row := func(name string, s spread) []string { return append([]string{name}, sci(s)...) }
	spreads := []string{"", "median", "95th %", "max"}
	after := fmt.Sprintf("after %d epochs", r.CouplingTrained.Epochs)
	scoreRow := func(name string, s score) []string { return []string{name, nats(&s.Train), nats(s.Heldout)} }
	scores := [][]string{
		scoreRow("diagonal flow = RBIG", r.Diagonal.score),
		scoreRow("coupling flow at the warm start", r.CouplingInit.score),
		scoreRow("coupling flow, trained ("+r.CouplingTrained.Recipe+")", r.CouplingTrained.score),
	}
	if e.hasTruth {
		scores = append(scores, scoreRow("the true density", e.truth))
	}
	var kernels []string
	for _, k := range r.CouplingTrained.MaxAbsFinalKernel {
		kernels = append(kernels, fmt.Sprintf("%.3f", k))
	}
	return []tableOf{
		{"The two flows", "Both are warm-started on the same rows with the same fits. The coupling flow has a network for every half; at the warm start its last kernels are zero, so the network is a constant.",
			[]string{"", "bijectors", "trainable parameters"}, [][]string{
				{"diagonal", fmt.Sprint(r.Diagonal.Bijectors), fmt.Sprint(r.Diagonal.TrainableParams)},
				{"coupling", fmt.Sprint(r.CouplingInit.Bijectors), fmt.Sprint(r.CouplingInit.TrainableParams)},
			}},
		{"Equal at the warm start", "The theorem says that the coupling flow, the diagonal flow and plain RBIG are one function. RBIG here is a loop that uses no flow.",
			spreads, [][]string{
				row("‖z coupling − z diagonal‖", r.Equivalence.AtInit.Push),
				row("|Δ log p|", r.Equivalence.AtInit.LogProb),
				row("‖z diagonal − z RBIG‖", r.Equivalence.AtInit.RBIGPush),
			}},
		{"Training breaks it", "Only the coupling flow is trained, " + after + ". Largest |W| in the last kernel of each coupling layer: " + strings.Join(kernels, ", ") + "; all were exactly 0.",
			spreads, [][]string{
				row("‖z coupling − z diagonal‖", r.Equivalence.AfterTraining.Push),
				row("|Δ log p|", r.Equivalence.AfterTraining.LogProb),
			}},
		{"Mean log-likelihood, nats a row", "Nothing was fitted or chosen on the held-out rows, and no model can honestly beat the true density there.",
			[]string{"", "training rows", "held-out rows"}, scores},
		{"Round trip ‖f⁻¹(f(x)) − x‖", "The inverse is a safeguarded Newton iteration inside an exact bracket.",
			spreads, [][]string{
				row("diagonal flow", r.RoundTrip.Diagonal),
				row("coupling flow at the warm start", r.RoundTrip.CouplingInit),
				row("coupling flow, trained", r.RoundTrip.CouplingTrained),
			}},
		{"Seconds", "Wall clock of this run.",
			[]string{"", "seconds"}, [][]string{
				{"warm start, diagonal", fmt.Sprintf("%.2f", r.Seconds.IGDiagonal)},
				{"warm start, coupling", fmt.Sprintf("%.2f", r.Seconds.IGCoupling)},
				{"training", fmt.Sprintf("%.2f", r.Seconds.Fit)},
				{"all", fmt.Sprintf("%.2f", r.Seconds.Total)},
			}},
	}
}

// nats writes a mean log-likelihood, if there is one.
func nats(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%+.4f", *v)
}

// scientific writes a difference; exactly zero is distinguished from nearly zero.
func scientific(v float64) string {
	if v == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2e", v)
}

// print writes the tables as text.
func (e *experiment) print(out io.Writer) {
	d := e.report.Data
	fmt.Fprintf(out, "%d rows × %d columns, %d held out, %s, %s kernels\n", d.Rows, d.Cols, d.HeldoutRows, e.report.Dtype, e.report.Kernels)
	for _, t := range e.tables() {
		fmt.Fprintf(out, "\n%s\n", t.Title)
		w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
		for _, row := range append([][]string{t.Header}, t.Rows...) {
			fmt.Fprintf(w, "  %s\n", strings.Join(row, "\t"))
		}
		w.Flush()
	}
}
