package tabular_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/tabular"
)

// TestExplainFlow: under the standard normal, the column that was made odd comes first, with x²/2 nats, and the usual range
// is −1.6 to 1.6, whether it comes from given rows or from the model's own draws.
func TestExplainFlow(t *testing.T) {
	layer, err := layers.NewAffine(3, layers.AffineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	flow, err := flows.New(flows.Named{Name: "same", Layer: layer})
	if err != nil {
		t.Fatal(err)
	}
	m := &tabular.Model{Flow: flow, Facts: tabular.Facts{Quanta: make([]float64, 3)}}
	for _, name := range []string{"a", "b", "c"} {
		m.Columns = append(m.Columns, tabular.Column{Column: data.Column{Name: name}})
	}
	usual, err := m.Sample(4000, rand.New(rand.NewPCG(3, 3)))
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []mat.Matrix{usual, nil} {
		e, err := tabular.NewExplainer(m, rows)
		if err != nil {
			t.Fatal(err)
		}
		all, err := e.Explain(mat.NewDense(3, 3, []float64{0, 6, -3, math.NaN(), 1, 2, 0, 0, 1e200}))
		if err != nil {
			t.Fatal(err)
		}
		first, second := all[0][0], all[0][1]
		if first.Name != "b" || first.Column != 1 || first.Value != 6 || math.Abs(first.Nats-18) > 0.02 || second.Name != "c" || math.Abs(second.Nats-4.5) > 0.02 {
			t.Errorf("got %+v, want b by 18 nats, then c by 4.5", all[0])
		}
		if math.Abs(first.Low+1.6) > 0.15 || math.Abs(first.High-1.6) > 0.15 || math.Abs(first.Usual) > 0.1 {
			t.Errorf("usual is %v, from %v to %v, want 0, ∓1.6", first.Usual, first.Low, first.High)
		}
		if len(tabular.Telling(all[0])) != 2 {
			t.Errorf("telling are %+v, want b and c: a is where it is likeliest", tabular.Telling(all[0]))
		}
		if len(all[1]) != 0 || all[2][0].Name != "c" || !math.IsInf(all[2][0].Nats, 1) {
			t.Errorf("got %+v of a row with a missing cell, %+v of one too far out", all[1], all[2])
		}
	}
	_, err = tabular.NewExplainer(m, mat.NewDense(1, 2, nil))
	errtest.Says(t, err, "1×2")
}

// TestTelling: a value within its usual range is no reason, unless it is far less likely than the best value; nor is one
// that costs little beside the first reason.
func TestTelling(t *testing.T) {
	reason := func(name string, value, nats float64) tabular.Reason {
		return tabular.Reason{Name: name, Value: value, Low: 1, High: 2, Nats: nats}
	}
	var got string
	for _, r := range tabular.Telling([]tabular.Reason{
		reason("a", 1.5, 10), reason("b", 3, 5), reason("c", 1.5, 2), reason("d", 0, 1), reason("e", 0, 0.9), reason("f", 0, 0.4),
	}) {
		got += r.Name
	}
	if got != "abd" || len(tabular.Telling([]tabular.Reason{reason("a", 3, 30), reason("b", 3, 1)})) != 1 || tabular.Telling(nil) != nil {
		t.Errorf("got %q, want abd", got)
	}
}

// TestExplainMixed: a weight that no penguin has is the reason of its row, and a missing cell is none. If all cells that are
// present are given, no density is left to explain.
func TestExplainMixed(t *testing.T) {
	schema, x := penguins(t)
	m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Epochs: 3, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	mass, sex := slices.Index(m.Reads(), "body_mass_g"), slices.Index(m.Reads(), "sex")
	odd := mat.DenseCopyOf(x.Slice(0, 2, 0, len(m.Reads())))
	odd.Set(0, mass, 6300)
	odd.Set(0, sex, math.NaN())
	e, err := tabular.NewExplainer(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := e.Explain(odd)
	if err != nil {
		t.Fatal(err)
	}
	r := all[0][0]
	if r.Name != "body_mass_g" || r.Value != 6300 || !(r.Low < r.Usual && r.Usual < r.High && r.High < 6300) || r.Nats < -math.Log(0.1) {
		t.Errorf("got %+v, want the weight, and lighter ones as usual", r)
	}
	if slices.ContainsFunc(all[0], func(r tabular.Reason) bool { return r.Name == "sex" }) {
		t.Error("a missing cell is a reason")
	}
	others := slices.DeleteFunc(slices.Clone(m.Reads()), func(name string) bool { return name == "sex" })
	scores, err := m.ScoreGiven(odd, others...)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(scores[0].LogProb) || scores[0].Reason == "" {
		t.Errorf("given all that is there: %+v, want no log p, and why", scores[0])
	}
	if lp := scores[1].LogProb; !(lp < 0 && lp > -10) || scores[1].Reason != "" {
		t.Errorf("the sex given the others: %+v, want the log of a probability", scores[1])
	}
}
