package tabular_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/tabular"
)

// penguins is a table with categories and missing cells, read as its schema says.
func penguins(t *testing.T) (*columns.Schema, *mat.Dense) {
	t.Helper()
	return typedTable(t, "../examples/penguins.csv")
}

// typedTable reads a table, its columns as they are found to be.
func typedTable(t *testing.T, path string) (*columns.Schema, *mat.Dense) {
	t.Helper()
	file, err := data.Open(path, data.Options{})
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

// written writes a table of text to a file.
func written(t *testing.T, head string, rows int, row func(rng *rand.Rand) string) (path string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	b.WriteString(head + "\n")
	for range rows {
		b.WriteString(row(rng) + "\n")
	}
	path = filepath.Join(t.TempDir(), "table.csv")
	errtest.None(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// TestFineSteps: a column whose steps are finer than float32 near its values, seconds of months or cents of millions, is fitted in float64.
func TestFineSteps(t *testing.T) {
	for name, cell := range map[string]func(rng *rand.Rand) string{
		"times": func(rng *rand.Rand) string { return time.Unix(1.7e9+rng.Int64N(2e7), 0).UTC().Format(time.DateTime) },
		"cents": func(rng *rand.Rand) string { return fmt.Sprintf("%.2f", 1e6*(1+rng.ExpFloat64())) },
	} {
		path := written(t, "a,b", 400, func(rng *rand.Rand) string { return fmt.Sprintf("%s,%.3f", cell(rng), rng.NormFloat64()) })
		schema, x := typedTable(t, path)
		m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Epochs: 1})
		if err != nil {
			t.Fatal(err)
		}
		if m.Flow.Dtype() != graph.Float64 {
			t.Errorf("%s: %s, want float64", name, m.Flow.Dtype())
		}
	}
}

// TestDrawnSums: a total follows from its parts in every row that is drawn, and is in the range that it had.
func TestDrawnSums(t *testing.T) {
	path := written(t, "total,part,rest", 600, func(rng *rand.Rand) string {
		for {
			part, rest := math.Round(1e5*rng.ExpFloat64())/100, math.Round(9e4*rng.NormFloat64())/100
			if part+rest >= 0 {
				return fmt.Sprintf("%.2f,%.2f,%.2f", part+rest, part, rest)
			}
		}
	})
	schema, x := typedTable(t, path)
	m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Epochs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := schema.Column("total"); c.Kind != columns.Derived {
		t.Fatalf("the total is found to be %s", c.Kind)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	drawn, err := m.DrawSeen(2000, func(n int) (*mat.Dense, error) { return m.Sample(n, rng) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		if v := m.Schema.Complete(drawn.RawRowView(i)); v[0] < 0 || math.Abs(v[0]-v[1]-v[2]) > 1e-6 {
			t.Fatalf("row %d: %v is not %v + %v, or negative", i, v[0], v[1], v[2])
		}
	}
}

// TestNewGaps: a missing cell in a column that had none in the table leaves the row a log p, and no tail probability; one in a column that
// had some leaves it both.
func TestNewGaps(t *testing.T) {
	schema, x := penguins(t)
	m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Epochs: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	whole := slices.IndexFunc(m.Reads(), func(name string) bool { c, _ := schema.Column(name); return c.Missing == 0 })
	gappy := slices.IndexFunc(m.Reads(), func(name string) bool { c, _ := schema.Column(name); return c.Missing > 0 })
	row := slices.Clone(x.RawRowView(0))
	for at, want := range map[int]bool{whole: false, gappy: true} {
		some := slices.Clone(row)
		some[at] = math.NaN()
		s := scores(t, m, mat.NewDense(1, len(some), some))[0]
		if math.IsNaN(s.LogProb) || math.IsNaN(s.Tail) == want || s.Reason != "" {
			t.Errorf("without %s: %+v, a tail probability: %t", m.Reads()[at], s, want)
		}
	}
}
