package report_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/report"
	"gaussflow/tabular"
)

// TestSameInputSamePage: equal Inputs, the seed included, give equal pages.
func TestSameInputSamePage(t *testing.T) {
	x := table(300, normal, integer, exponential)
	in := report.Input{Model: fit(t, []string{"a", "b", "c"}, x), Rows: x, Seed: 5}
	first := write(t, in)
	if !bytes.Equal(first, write(t, in)) {
		t.Error("two pages of one Input differ")
	}
	in.Seed = 6
	if bytes.Equal(first, write(t, in)) {
		t.Error("pages of two seeds are equal")
	}
}

// TestPlainFlow: a flow that was not fitted by tabular, and so has no history and no reference rows, has a page as well.
func TestPlainFlow(t *testing.T) {
	flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 1, Components: 2, Hidden: []int{4}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	m := &tabular.Model{Flow: flow, Facts: tabular.Facts{Columns: []tabular.Column{named("a"), named("b")}}}
	p := parse(t, write(t, report.Input{Model: m, Rows: table(50, normal, normal)}))
	p.check(t)
	if p.ids["training"] || !p.ids["odd"] {
		t.Errorf("sections %v, want odd and not training", p.ids)
	}
}

// TestFlatPlace: a row between two narrow peaks does not come back from its z, and the page names this row.
func TestFlatPlace(t *testing.T) {
	peaks, err := layers.NewMixtureCDF(1, layers.MixtureCDFConfig{Components: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err = peaks.Params()[1].Set([]float64{-200, 200}); err != nil {
		t.Fatal(err)
	}
	flow, err := flows.New(flows.Named{Name: "peaks", Layer: peaks})
	if err != nil {
		t.Fatal(err)
	}
	column := named("a")
	column.Std = 200
	m := &tabular.Model{Flow: flow, Facts: tabular.Facts{Columns: []tabular.Column{column}}}
	const words = "1 of them does not come back to 0.001 standard deviations, the worst row 3."
	for _, far := range []float64{-200.5, 50} {
		p := parse(t, write(t, report.Input{Model: m, Rows: mat.NewDense(4, 1, []float64{200, 199, far, -201})}))
		if said := strings.Contains(p.text.String(), words); said != (far > 0) {
			t.Errorf("with a row at %g, %q is said: %v", far, words, said)
		}
	}
}

// TestHistory: losses that are not finite are not drawn, but the page counts them.
func TestHistory(t *testing.T) {
	x := table(200, normal, normal)
	m := fit(t, []string{"a", "b"}, x)
	h := *m.Training.History
	h.Loss = append([]float64{math.NaN()}, h.Loss[1:]...)
	m.Training.History = &h
	p := parse(t, write(t, report.Input{Model: m, Rows: x}))
	if !strings.Contains(p.text.String(), "1 losses are not finite and not drawn") {
		t.Error("the page does not say that a loss is not finite")
	}
}

func TestMissingAndNumbers(t *testing.T) {
	x := table(100, normal, normal)
	x.SetRow(7, []float64{30, 0})
	in := report.Input{Model: fit(t, []string{"a", "b"}, table(100, normal, normal)), Rows: x, Missing: 2, Name: "t.csv", Numbers: make([]int, 100)}
	for i := range in.Numbers {
		in.Numbers[i] = 1000 + i
	}
	text := parse(t, write(t, in)).text.String()
	for _, want := range []string{"2 rows of t.csv left out: a cell is missing", "1007"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestErrors(t *testing.T) {
	x := table(20, normal, normal)
	m := fit(t, []string{"a", "b"}, x)
	for want, in := range map[string]report.Input{
		"report: Model = nil":                    {Rows: x},
		"report: Rows: got 0×0":                  {Model: m},
		"input_dim = 2":                          {Model: m, Rows: table(20, normal)},
		"report: Rows":                           {Model: m, Rows: mat.NewDense(1, 2, []float64{1, math.NaN()})},
		"report: got 1 Numbers for 20 rows":      {Model: m, Rows: x, Numbers: []int{1}},
		"the model keeps 1 column, its flow has": {Model: &tabular.Model{Flow: m.Flow, Facts: tabular.Facts{Columns: m.Columns[:1]}}, Rows: table(5, normal)},
	} {
		var b bytes.Buffer
		if err := report.Write(&b, in); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("Write: %d bytes and error %v, want none and %q", b.Len(), err, want)
		}
	}
}

// named is a column of which only the name is known.
func named(name string) (c tabular.Column) {
	c.Name = name
	return c
}
