package tabular_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/tabular"
)

// penguins is a table with categories and missing cells, read as its schema says.
func penguins(t *testing.T) (*columns.Schema, *mat.Dense) {
	t.Helper()
	file, err := data.Open("../examples/penguins.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	schema, err := columns.Profile(t.Context(), file, columns.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := schema.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var values []float64
	n := 0
	for rows.Next() == nil {
		values = append(values, rows.Values()...)
		n++
	}
	return schema, mat.NewDense(n, len(schema.Modelled()), values)
}

// TestFitTableMixed: a table with categories and missing cells gets a density, which is the same after Save and Load, and
// which has no latents.
func TestFitTableMixed(t *testing.T) {
	schema, x := penguins(t)
	m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Epochs: 3, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if m.Mixed == nil || m.Config.Family != tabular.AnyOrder || m.Training.ReferenceRows < 100 || len(m.Training.History.Epoch) != 3 {
		t.Errorf("family %q, %d reference rows, history %v", m.Config.Family, m.Training.ReferenceRows, m.Training.History)
	}
	path := filepath.Join(t.TempDir(), "m.gflow")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := tabular.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(logProb(t, back, x), logProb(t, m, x)) || !slices.Equal(back.Reference, m.Reference) || !slices.Equal(back.Reads(), m.Reads()) {
		t.Error("what was saved is not what is read")
	}
	if again, err := tabular.Load(path); err != nil || asJSON(t, again.Facts) != asJSON(t, back.Facts) {
		t.Errorf("facts differ: %v", err)
	}
	if _, err := back.Forward(x); !errors.Is(err, tabular.ErrNoLatents) {
		t.Errorf("Forward: %v, want ErrNoLatents", err)
	}
	rows, err := back.Sample(50, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scores(t, back, rows) {
		if s.Reason != "" || math.IsInf(s.LogProb, 0) || math.IsNaN(s.LogProb) {
			t.Errorf("a sampled row has %+v", s)
		}
	}
}

// TestScoreAnswers: each row gets an answer, which says why if it is not a number.
func TestScoreAnswers(t *testing.T) {
	schema, x := penguins(t)
	m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Epochs: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	odd := mat.DenseCopyOf(x.Slice(0, 3, 0, 8))
	odd.Set(1, 0, 7) // not a level of species
	for j := range 8 {
		odd.Set(2, j, math.NaN())
	}
	s := scores(t, m, odd)
	if s[0].Reason != "" || !math.IsInf(s[1].LogProb, -1) || s[1].Tail != 0 || s[1].Reason == "" || !math.IsNaN(s[2].LogProb) || s[2].Reason != "no cell has a value" {
		t.Errorf("got %+v", s)
	}

	flow := fit(t, curve(60, 2, 9), quick)
	rows := mat.DenseCopyOf(curve(4, 2, 10))
	rows.Set(1, 1, math.NaN())
	rows.Set(2, 0, 1e300)
	s = scores(t, flow, rows)
	want := logProb(t, flow, rows.Slice(3, 4, 0, 2))[0]
	if s[1].Reason != "no value in x1" || !math.IsNaN(s[1].LogProb) || !math.IsInf(s[2].LogProb, -1) || s[2].Reason == "" || s[3].LogProb != want {
		t.Errorf("got %+v, want log p %v of the last", s, want)
	}
}

func scores(t *testing.T, m *tabular.Model, x mat.Matrix) []tabular.Score {
	t.Helper()
	s, err := m.Score(x)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFitTableFlow: numbers without missing cells give the flow of Fit, bit for bit, and the columns' schema is kept with it.
func TestFitTableFlow(t *testing.T) {
	x := curve(60, 2, 9)
	schema := &columns.Schema{}
	for _, name := range []string{"x0", "x1"} {
		schema.Columns = append(schema.Columns, columns.Column{Name: name, Kind: columns.Numbers, Form: columns.Form{Decimals: -1}})
	}
	m, err := tabular.FitTable(context.Background(), schema, x, quick)
	if err != nil {
		t.Fatal(err)
	}
	if want := logProb(t, fit(t, x, quick), x); !slices.Equal(logProb(t, m, x), want) {
		t.Error("log p is not that of Fit")
	}
	path := filepath.Join(t.TempDir(), "m.gflow")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	if back, err := tabular.Load(path); err != nil || back.Schema == nil || back.Schema.Columns[1].Name != "x1" {
		t.Errorf("the schema is not what was saved: %v", err)
	}
	if _, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Family: tabular.AnyOrder, Blocks: 2}); err == nil || !strings.Contains(err.Error(), "Blocks = 2") {
		t.Errorf("blocks of an any-order density: %v", err)
	}
}
