package report_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/report"
	"gaussflow/tabular"
)

// shopSchema has a column of each kind that can be modelled, and some that cannot.
func shopSchema() *columns.Schema {
	return &columns.Schema{Rows: 300, Columns: []columns.Column{
		{Name: "id", Kind: columns.Identifier, Note: "1, 2, … without a gap"},
		{Name: "city", Kind: columns.Category, Missing: 30, Levels: []columns.Level{{Text: "Oslo", Count: 180}, {Text: "<b>Bergen</b>", Count: 90}}},
		{Name: "paid", Kind: columns.Numbers, Min: 0, Max: 90, Form: columns.Form{Decimals: 2, Prefix: "$"}, Atoms: []columns.Atom{{Value: 0, Share: 0.5}}},
		{Name: "on", Kind: columns.Time, Step: 86400, Min: 1577836800, Max: 1609459200, Form: columns.Form{Layout: "2006-01-02"}},
		{Name: "visits", Kind: columns.Grid, Step: 1, Min: 0, Max: 40},
		{Name: "notes", Kind: columns.Text},
	}}
}

// shop draws n rows of shopSchema: half of them pay nothing, and customers from Oslo come more often.
func shop(n int) *mat.Dense {
	r := rand.New(rand.NewPCG(3, 4))
	x := mat.NewDense(n, 4, nil)
	for i := range n {
		city := float64(min(1, r.IntN(3)/2))
		paid := 0.0
		if r.IntN(2) == 0 {
			paid = math.Round(100*math.Exp(2+0.5*r.NormFloat64())) / 100
		}
		x.SetRow(i, []float64{city, paid, 1577836800 + 86400*float64(r.IntN(366)), math.Round(12 - 8*city + 2*math.Abs(r.NormFloat64()))})
		if r.IntN(10) == 0 {
			x.Set(i, 0, math.NaN())
		}
	}
	return x
}

// TestMixedPage: the page of a table with categories, missing cells, dates and frequent values has no sections that need
// latents; a second table is named as such; a cell that does not fit its row is the reason why the row is odd.
func TestMixedPage(t *testing.T) {
	x := shop(300)
	model, err := tabular.FitTable(context.Background(), shopSchema(), x, tabular.Config{Hidden: []int{16, 16, 16}, Epochs: 15, Workers: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if model.Mixed == nil {
		t.Fatal("the model is no density of mixed columns")
	}
	x.Set(40, 3, 36)
	raw := write(t, report.Input{Model: model, Rows: x, Name: "shop.csv"})
	balanced(t, raw)
	p := parse(t, raw)
	p.check(t)
	for id, want := range map[string]bool{"shapes": true, "pairs": true, "odd": true, "columns": true, "latent": false, "layers": false, "roundtrip": false, "density": false, "strange": false} {
		if p.ids[id] != want {
			t.Errorf("section %q is there: %v, want %v", id, p.ids[id], want)
		}
	}
	text := p.text.String()
	for _, w := range []string{"$0.00: ", "missing: ", "Oslo", "Row 41", "visits = 36", "id", "it names rows and does not describe them", "hardly any value comes twice", "Held-out log-density", "Fidelity"} {
		if !strings.Contains(text, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	for i := range 100 {
		x.Set(i, 3, x.At(i, 3)+22)
	}
	text = parse(t, write(t, report.Input{Model: model, Rows: x, Name: "later.csv"})).text.String()
	for _, w := range []string{"This does not look like the table that the model was fitted to", "of its rows are below the 1", "expects: visits"} {
		if !strings.Contains(text, w) {
			t.Errorf("the page of another table does not say %q", w)
		}
	}
}
