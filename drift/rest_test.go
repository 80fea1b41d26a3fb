package drift_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gaussflow/drift"
)

// trips draws rows of a start within four months, an end some ten minutes later, an odometer before and after, and a city.
func trips(n int, rng *rand.Rand) *table { return tripsTaking(n, rng, 0, 1) }

// tripsTaking is trips that take so many minutes more, times a factor.
func tripsTaking(n int, rng *rand.Rand, more, factor float64) *table {
	t := &table{names: []string{"start", "end", "before", "after", "city"}}
	for range n {
		start := time.Unix(1.7e9+int64(120*86400*rng.Float64()), 0).UTC()
		minutes := factor * (more + 10*math.Exp(0.5*rng.NormFloat64()))
		before := 1e5 * rng.Float64()
		const layout = "2006-01-02 15:04:05"
		t.add(start.Format(layout), start.Add(time.Duration(minutes*float64(time.Minute))).Format(layout),
			fmt.Sprintf("%.0f", before), fmt.Sprintf("%.0f", before+30*rng.ExpFloat64()), []string{"Rome", "Oslo"}[rng.IntN(2)])
	}
	return t
}

// TestRest: that trips take three minutes longer, or end up to hours before they began or later, is found among the trips of four
// months, in the pair of their starts and ends alone, and said in words.
func TestRest(t *testing.T) {
	for name, move := range map[string]func(n int, rng *rand.Rand) *table{
		"end − start: median 0:10:": func(n int, rng *rand.Rand) *table { return tripsTaking(n, rng, 3, 1) },
		"end − start: middle half 0:07:": func(n int, rng *rand.Rand) *table {
			b := trips(n, rng)
			for _, row := range b.rows {
				end, err := time.Parse("2006-01-02 15:04:05", row[1])
				if err != nil {
					t.Fatal(err)
				}
				row[1] = end.Add(time.Duration(2 * rng.NormFloat64() * float64(time.Hour))).Format("2006-01-02 15:04:05")
			}
			return b
		},
	} {
		rng := rand.New(rand.NewPCG(1, 5))
		r := compare(t, trips(600, rng), move(400, rng), drift.Config{Draws: 999})
		if !r.Differ() || len(r.Moved()) > 0 || len(r.Pairs) != 1 || r.Pairs[0].Names != [2]string{"start", "end"} || !strings.HasPrefix(r.Pairs[0].Strength(), name) {
			t.Errorf("p %s, moved %v, pairs %+v, want start and end alone, by %q", r.Say(r.P), r.Moved(), r.Pairs, name)
		}
		if r.Apart.AUC < 0.6 {
			t.Errorf("%s: rows are told apart in %.2f of cases, want more than 0.6", name, r.Apart.AUC)
		}
	}
}
