package report_test

import (
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/report"
	"gaussflow/tabular"
)

// trips have a start within four months, an end some ten minutes later, give or take so many minutes, and a city.
func trips(n int, give float64, seed uint64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 6))
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		start := 1.7e9 + math.Floor(120*86400*r.Float64())
		x.SetRow(i, []float64{start, start + math.Floor(60*(10*math.Exp(0.5*r.NormFloat64())+give*r.NormFloat64())), float64(r.IntN(2))})
	}
	return x
}

// TestTiedPair: of two columns that nearly determine each other the page compares what is left, so that a model of trips that take
// between hours less than nothing and hours does not pass for one of trips of ten minutes.
func TestTiedPair(t *testing.T) {
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "start", Kind: columns.Time, Step: 1, Form: columns.Form{Layout: "2006-01-02 15:04:05"}},
		{Name: "end", Kind: columns.Time, Step: 1, Form: columns.Form{Layout: "2006-01-02 15:04:05"}},
		{Name: "city", Kind: columns.Category, Levels: []columns.Level{{Text: "Rome"}, {Text: "Oslo"}}},
	}}
	note := regexp.MustCompile(`end − start: middle half 0:0\d:\d\d to 0:1\d:\d\d in the table, \S+ to \S+ in the samples(; off by (\d+))?`)
	for give, between := range map[float64][2]int{0: {0, 10}, 120: {30, 100}} { // minutes, of the table that the model was fitted to
		model, err := tabular.FitTable(context.Background(), schema, trips(800, give, 2), tabular.Config{Hidden: []int{16, 16, 16}, Epochs: 15, Workers: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		text := parse(t, write(t, report.Input{Model: model, Rows: trips(800, 0, 1), Name: "trips.csv"})).text.String()
		says := note.FindStringSubmatch(text)
		if says == nil {
			t.Fatalf("fitted to trips that take ten minutes ± %v: the page does not say how long they take", give)
		}
		if off, _ := strconv.Atoi(says[2]); off < between[0] || off > between[1] {
			t.Errorf("fitted to trips that take ten minutes ± %v: %q, want off by %v", give, says[0], between)
		}
	}
}
