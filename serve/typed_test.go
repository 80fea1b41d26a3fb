package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/internal/errtest"
	"gaussflow/serve"
	"gaussflow/tabular"
)

// cities is a model of a category, a price with a unit and some missing cells, and a column that follows from these.
func cities(t *testing.T) (m *tabular.Model, path string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 5))
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "city", Kind: columns.Category, Levels: []columns.Level{{Text: "Oslo", Count: 100}, {Text: "Bergen", Count: 100}}},
		{Name: "price", Kind: columns.Grid, Step: 1, Min: 10, Max: 60, Form: columns.Form{Prefix: "$"}},
		{Name: "twice", Kind: columns.Derived, Step: 1, Relation: &columns.Relation{From: []string{"price"}, Factors: []float64{2}, Tolerance: 0.1}},
		{Name: "country", Kind: columns.Constant, Value: "Norway"},
	}}
	x := mat.NewDense(200, 2, nil)
	for i := range 200 {
		city := float64(i % 2)
		x.SetRow(i, []float64{city, math.Round(20 + 20*city + 3*rng.NormFloat64())})
		if i%10 == 0 {
			x.Set(i, 1, math.NaN())
		}
	}
	m, err := tabular.FitTable(context.Background(), schema, x, tabular.Config{Preset: tabular.Fast, Epochs: 3, Seed: 1})
	errtest.None(t, err)
	path = filepath.Join(t.TempDir(), "cities.gflow")
	errtest.None(t, m.Save(path))
	return m, path
}

// TestTyped: rows with categories, units and missing cells get the library's scores in every format, and rows that are drawn
// are spelled like the table; routes that such a model does not support say so.
func TestTyped(t *testing.T) {
	m, path := cities(t)
	s := run(t, serve.Config{Models: map[string]string{"m": path}})
	scores, err := m.Score(mat.NewDense(3, 2, []float64{0, 21, 1, math.NaN(), 1, 44}))
	errtest.None(t, err)
	for _, body := range []struct{ media, text string }{
		{"application/json", `[{"city":"Oslo","price":"$21"},{"city":"Bergen"},{"city":"Bergen","price":"$44"},{"city":"Rome","price":"$20"}]`},
		{"text/csv", "price,city,country\n$21,Oslo,Norway\n,Bergen,Norway\n$44,Bergen,Norway\n$20,Rome,Norway\n"},
	} {
		status, text := s.post(score, body.media, body.text)
		if status != 200 {
			t.Fatalf("%s: status %d: %s", body.media, status, text)
		}
		lines := strings.Split(strings.TrimSpace(text), "\n")
		for i, line := range lines[len(lines)-4:] {
			switch {
			case i < 3 && !(math.Abs(first(line)-scores[i].LogProb) <= 1e-9):
				t.Errorf("%s, row %d: got %s, want log p %v", body.media, i, line, scores[i].LogProb)
			case i == 3 && !strings.Contains(line, "Rome"):
				t.Errorf("%s: got %s, want the reason that there is no Rome", body.media, line)
			}
		}
	}
	s.want(422, "Rome")(s.post(score, "application/json", `{"city":"Rome","price":"$20"}`))
	s.want(422, "no latents")(s.post("/v1/models/m/transform", "application/json", `{"city":"Oslo","price":"$20"}`))

	status, text := s.post("/v1/models/m/sample", "application/json", `{"rows":50,"seed":3}`)
	var drawn []struct{ City, Price, Country string }
	if err := json.Unmarshal([]byte(strings.ReplaceAll(text, "null", `""`)), &drawn); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, text, err)
	}
	for _, r := range drawn {
		if r.City != "Oslo" && r.City != "Bergen" || r.Price != "" && r.Price[0] != '$' || r.Country != "Norway" {
			t.Errorf("drawn: %+v", r)
		}
	}
}

// TestTypedText: if some numbers of a column are spelled in a way that JSON does not know, all of them are text in JSON and
// quoted in CSV.
func TestTypedText(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "balance", Kind: columns.Numbers, Step: 1, Min: -3000, Max: 3000, Form: columns.Form{Thousands: ",", Negative: "(1)"}},
		{Name: "open", Kind: columns.Boolean, Levels: []columns.Level{{Text: "no", Count: 100}, {Text: "yes", Count: 100}}},
	}}
	x := mat.NewDense(200, 2, nil)
	for i := range 200 {
		x.SetRow(i, []float64{math.Round(1500 * rng.NormFloat64()), float64(i % 2)})
	}
	m, err := tabular.FitTable(context.Background(), schema, x, tabular.Config{Preset: tabular.Fast, Epochs: 3, Seed: 1})
	errtest.None(t, err)
	path := filepath.Join(t.TempDir(), "m.gflow")
	errtest.None(t, m.Save(path))
	s := run(t, serve.Config{Models: map[string]string{"m": path}})
	status, text := s.post("/v1/models/m/sample", "application/json", `{"rows":100,"seed":3}`)
	var drawn []struct{ Balance, Open string }
	if err := json.Unmarshal([]byte(text), &drawn); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, text, err)
	}
	if !strings.Contains(text, `"(`) || !strings.Contains(text, `,`) {
		t.Errorf("no balance is below 0, or beyond a thousand: %s", text)
	}
	for _, r := range drawn {
		if v, err := schema.Columns[0].Parse(r.Balance); err != nil || v != math.Trunc(v) || math.Abs(v) > 3000 { // one draw in twenty lies outside of the table's range, and all must be whole
			t.Errorf("balance %q: %v (%v), want whole numbers from -3000 to 3000", r.Balance, v, err)
		}
	}
	s.want(200, "log_prob")(s.post(score, "application/json", text))
}

// first is the first number in a line of CSV, or the log_prob of a JSON object.
func first(line string) (v float64) {
	if _, after, found := strings.Cut(line, `"log_prob":`); found {
		line = after
	}
	if _, err := fmt.Sscan(strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == '}' })[0], &v); err != nil {
		return math.NaN()
	}
	return v
}
