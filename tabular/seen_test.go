package tabular_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/tabular"
)

// TestDrawSeenBands: rows drawn within what the table had do not end before they begin, as none of the table does, even if the model
// is fitted for a few epochs only; unless both ends are given.
func TestDrawSeenBands(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	x := mat.NewDense(400, 3, nil)
	for i := range 400 {
		begin := 1e5 * r.Float64()
		x.SetRow(i, []float64{begin, begin + 30*r.ExpFloat64(), float64(i % 2)})
	}
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "begin", Kind: columns.Numbers, Form: columns.Form{Decimals: -1}}, {Name: "end", Kind: columns.Numbers, Form: columns.Form{Decimals: -1}},
		{Name: "odd", Kind: columns.Boolean, Levels: []columns.Level{{Text: "no"}, {Text: "yes"}}},
	}}
	m, err := tabular.FitTable(context.Background(), schema, x, tabular.Config{Hidden: []int{8, 8, 8}, Epochs: 3, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if w := warning(m, tabular.MappedColumns); w == nil || len(w.Columns) != 2 {
		t.Errorf("warnings %v, want one that names begin and end", m.Warnings)
	}
	draw := func(n int) (*mat.Dense, error) { return m.Sample(n, r) }
	drawn, err := m.DrawSeen(3000, draw)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		if took := drawn.At(i, 1) - drawn.At(i, 0); took < 0 || took > 30*math.Log(400)*3 {
			t.Fatalf("row %v is drawn, want an end up to some hundreds after the beginning", drawn.RawRowView(i))
		}
	}
	backwards := func(n int) (*mat.Dense, error) { return mat.NewDense(n, 3, []float64{9, 4, 1}), nil }
	if _, err := m.DrawSeen(1, backwards, "begin", "end"); err != nil {
		t.Errorf("both ends are given: %v", err)
	}
}
