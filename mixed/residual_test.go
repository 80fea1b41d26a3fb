package mixed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/mixed"
)

// trips have a city, a start and an end to the second within four months, and a price. A trip takes some ten minutes, which
// depends on the city, and the price depends on how long it took.
var tripsSchema = columns.Schema{Columns: []columns.Column{
	{Name: "start", Kind: columns.Time, Step: 1, Min: tripsBegin, Max: tripsBegin + tripsSpan - 1},
	{Name: "end", Kind: columns.Time, Step: 1, Min: tripsBegin, Max: tripsBegin + tripsSpan + 7200},
	{Name: "city", Kind: columns.Category, Levels: []columns.Level{{Text: "Rome"}, {Text: "Oslo"}, {Text: "Bonn"}}},
	{Name: "price", Kind: columns.Numbers},
}}

const (
	tripsBegin = 1.7e9
	tripsSpan  = 120 * 86400
	tripSpread = 0.5 // of log seconds
	priceNoise = 0.4
)

var tripMedian = [3]float64{8 * 60, 10 * 60, 14 * 60}

func trips(n int, seed uint64) *mat.Dense {
	r := rng(seed)
	x := mat.NewDense(n, 4, nil)
	for i := range n {
		city := r.IntN(3)
		start := tripsBegin + math.Floor(tripsSpan*r.Float64())
		seconds := math.Floor(tripMedian[city] * math.Exp(tripSpread*r.NormFloat64()))
		x.SetRow(i, []float64{start, start + seconds, float64(city), fare(seconds) + priceNoise*r.NormFloat64()})
	}
	return x
}

func fare(seconds float64) float64 { return 2 + 0.3*seconds/60 }

// logTrip is the log-probability that a trip takes so many seconds.
func logTrip(city int, seconds float64) float64 {
	at := func(s float64) float64 {
		return math.Erfc(-math.Log(s/tripMedian[city])/tripSpread/math.Sqrt2) / 2
	}
	return math.Log(at(seconds+1) - at(seconds))
}

func logTrips(row []float64) float64 {
	seconds := row[1] - row[0]
	return -math.Log(tripsSpan) - math.Log(3) + logTrip(int(row[2]), seconds) + logNormal(row[3], fare(seconds), priceNoise)
}

var tripsModel = sync.OnceValues(func() (*mixed.Model, error) {
	return mixed.Fit(context.Background(), tripsSchema, trips(4000, 1), mixed.Config{Hidden: []int{64, 64, 64}, Epochs: 60})
})

func fittedTrips(t *testing.T) *mixed.Model {
	t.Helper()
	m, err := tripsModel()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTrips: in rows that are drawn, trips take as long as in the table and cost as much, and none ends before it began, where the
// start is drawn first, and also where the end is given, or a range of it.
func TestTrips(t *testing.T) {
	m := fittedTrips(t)
	at := tripsBegin + tripsSpan/2.
	for name, given := range map[string][]mixed.Condition{
		"no condition":      nil,
		"an end":            {mixed.Is("end", at)},
		"an hour of ends":   {{Column: "end", Low: at, High: at + 3600}},
		"an hour of starts": {{Column: "start", Low: at, High: at + 3600}},
	} {
		x, err := m.SampleGiven(given, 4000, rng(2))
		if err != nil {
			t.Fatal(err)
		}
		seconds := map[int][]float64{}
		var excess []float64
		for i := range 4000 {
			row := x.RawRowView(i)
			took := row[1] - row[0]
			seconds[int(row[2])] = append(seconds[int(row[2])], took)
			excess = append(excess, row[3]-fare(took))
		}
		for city, median := range tripMedian {
			took := slices.Sorted(slices.Values(seconds[city]))
			for p, z := range map[float64]float64{0.05: -1.645, 0.25: -0.674, 0.5: 0, 0.75: 0.674, 0.95: 1.645} {
				want := median * math.Exp(tripSpread*z)
				near(t, fmt.Sprintf("%s: the %v-quantile of seconds in city %d, of what it should be", name, p, city), stat.Quantile(p, stat.Empirical, took, nil)/want, 1, 0.12)
			}
			if took[len(took)/1000] < 0 {
				t.Errorf("%s: a trip in city %d ends %v seconds before it began", name, city, -took[0])
			}
		}
		slices.Sort(excess)
		quartiles := stat.Quantile(0.75, stat.Empirical, excess, nil) - stat.Quantile(0.25, stat.Empirical, excess, nil)
		near(t, name+": the spread of prices, given seconds", quartiles/1.349, priceNoise, 0.06)
	}
}

// TestTripsLogProb: log p of fresh rows is within 0.2 nats of the truth; so are the end alone, and the end and the start given the other.
func TestTripsLogProb(t *testing.T) {
	m := fittedTrips(t)
	x := trips(3000, 5)
	mean := func(x *mat.Dense, truth func(row []float64) float64, given ...string) float64 {
		lp, err := m.LogProbGiven(x, given...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range lp {
			lp[i] -= truth(x.RawRowView(i))
		}
		return stat.Mean(lp, nil)
	}
	near(t, "log p of rows, from the truth", mean(x, logTrips), 0, 0.2)
	only := func(names ...int) *mat.Dense {
		out := mat.DenseCopyOf(x)
		for i := range 3000 {
			for j := range 4 {
				if !slices.Contains(names, j) {
					out.Set(i, j, math.NaN())
				}
			}
		}
		return out
	}
	uniform := func([]float64) float64 { return -math.Log(tripsSpan) }
	took := func(row []float64) float64 { return logTrip(int(row[2]), row[1]-row[0]) }
	near(t, "log p of ends alone", mean(only(1), uniform), 0, 0.05)
	near(t, "log p of starts alone", mean(only(0), uniform), 0, 0.05)
	near(t, "log p of ends, given starts and cities", mean(only(0, 1, 2), took, "start", "city"), 0, 0.1)
	near(t, "log p of starts, given ends and cities", mean(only(0, 1, 2), took, "end", "city"), 0, 0.1)
}

// TestTripsQuestions: the quantiles of an end, given the start, are those of how long trips take; a missing start is filled in with one
// shortly before the end; and an end that is a day late is the cell that is odd.
func TestTripsQuestions(t *testing.T) {
	m, nan := fittedTrips(t), math.NaN()
	start := tripsBegin + 50*86400.
	q, err := m.Quantiles(mat.NewDense(1, 4, []float64{start, nan, 1, nan}), "end", 0.25, 0.5, 0.75)
	if err != nil {
		t.Fatal(err)
	}
	for k, z := range []float64{-0.674, 0, 0.674} {
		near(t, "minutes until the end", (q.At(0, k)-start)/60, tripMedian[1]/60*math.Exp(tripSpread*z), 1)
	}
	imp, err := m.Impute(mat.NewDense(1, 4, []float64{nan, start, 2, fare(15 * 60)}), 400, rng(3))
	if err != nil {
		t.Fatal(err)
	}
	var took []float64
	for _, d := range imp.Draws {
		took = append(took, (start-d.At(0, 0))/60)
	}
	slices.Sort(took)
	near(t, "median of the minutes since the start", took[200], 15, 1)
	if took[0] < 0 {
		t.Errorf("a start is filled in that lies %v minutes after the end", -took[0])
	}
	e, err := m.Explain(mat.NewDense(1, 4, []float64{start, start + 86400, 0, 5}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "minutes until the usual end", (e.Usual.At(0, 1)-start)/60, 10, 2)
	if tail := e.Tail.At(0, 1); tail > 1e-6 {
		t.Errorf("the end is a day late: tail %v", tail)
	}
}

// meters have a count before and after, each up to 400, and three numbers: level; copy, which is near it, and is the bound 0 in some
// rows; and gauge, which falls as level rises.
var metersSchema = columns.Schema{Columns: []columns.Column{
	{Name: "make", Kind: columns.Boolean, Levels: make([]columns.Level, 2)},
	{Name: "before", Kind: columns.Grid, Step: 1, Max: 400, Lower: number(0), Upper: number(400)},
	{Name: "after", Kind: columns.Grid, Step: 1, Max: 400, Lower: number(0), Upper: number(400)},
	{Name: "level", Kind: columns.Numbers, Lower: number(0)},
	{Name: "copy", Kind: columns.Numbers, Max: 2.05, Lower: number(0), Upper: number(2.1)},
	{Name: "gauge", Kind: columns.Numbers},
}}

func meters(n int, seed uint64) *mat.Dense {
	r := rng(seed)
	x := mat.NewDense(n, 6, nil)
	for i := range n {
		kind, before, level := r.IntN(2), math.Floor(390*r.Float64()), 0.01+2*r.Float64()
		after := before
		for r.Float64() < 0.6+0.2*float64(kind) {
			after++
		}
		same := min(max(level+0.02*r.NormFloat64(), 0), 2.05)
		x.SetRow(i, []float64{float64(kind), before, min(after, 400), level, same, 3 - 0.5*level + 0.01*r.NormFloat64()})
	}
	return x
}

var metersModel = sync.OnceValues(func() (*mixed.Model, error) {
	return mixed.Fit(context.Background(), metersSchema, meters(1500, 1), mixed.Config{Hidden: []int{16, 16, 16}, Epochs: 10})
})

func fittedMeters(t *testing.T) *mixed.Model {
	t.Helper()
	m, err := metersModel()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestResiduals: the columns that nearly determine each other are found, with the slopes that they have.
func TestResiduals(t *testing.T) {
	var found []string
	for _, r := range fittedMeters(t).Residuals() {
		found = append(found, fmt.Sprintf("%.2g %s %+.2g %s", r.Factors[1], r.Columns[1], r.Factors[0], r.Columns[0]))
	}
	slices.Sort(found)
	if want := []string{"1 after -1 before", "1 copy -1 level", "1 gauge +0.5 copy", "1 gauge +0.5 level"}; !slices.Equal(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
	if found := model(t).Residuals(); found != nil {
		t.Errorf("columns that do not determine each other: got %v, want none", found)
	}
}

// TestResidualsSumToOne: given what nearly determines it, the probabilities of a column's values sum to 1, and so do those of a column that the other was given
// for; for numbers on no grid the integral of the density, with the probability of a bound, does.
func TestResidualsSumToOne(t *testing.T) {
	m, nan := fittedMeters(t), math.NaN()
	sum := func(rows [][]float64, weights []float64, given ...string) (total float64) {
		x := mat.NewDense(len(rows), 6, nil)
		for i, row := range rows {
			x.SetRow(i, row)
		}
		lp, err := m.LogProbGiven(x, given...)
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range lp {
			if w := math.Exp(l); weights == nil {
				total += w
			} else {
				total += weights[i] * w
			}
		}
		return total
	}
	for _, at := range []float64{0, 3, 200, 399, 400} {
		var after, before [][]float64
		for v := range 401 {
			after = append(after, []float64{1, at, float64(v), nan, nan, nan})
			before = append(before, []float64{0, float64(v), at, nan, nan, nan})
		}
		near(t, fmt.Sprintf("the sum over after, where before is %v", at), sum(after, nil, "make", "before"), 1, 1e-9)
		near(t, fmt.Sprintf("the sum over before, where after is %v", at), sum(before, nil, "make", "after"), 1, 1e-9)
	}
	knots := map[string][]float64{}
	for k, r := range m.Residuals() {
		knots[strings.Join(r.Columns, " ")] = m.ResidualKnots(k)
	}
	for _, c := range []struct {
		of, given int     // columns
		at        float64 // the value that is given
		pair      string
		factors   [2]float64 // of the column and of what is given
	}{
		{4, 3, 1.2, "level copy", [2]float64{1, -1}}, {3, 4, 1.2, "level copy", [2]float64{-1, 1}},
		{4, 3, 0.005, "level copy", [2]float64{1, -1}}, {3, 4, 0.005, "level copy", [2]float64{-1, 1}},
		{5, 3, 1.2, "level gauge", [2]float64{1, 0.5}}, {3, 5, 2.4, "level gauge", [2]float64{0.5, 1}}, {3, 5, 2.995, "level gauge", [2]float64{0.5, 1}},
	} {
		row := func(v float64) []float64 {
			r := []float64{1, nan, nan, nan, nan, nan}
			r[c.given], r[c.of] = c.at, v
			return r
		}
		ends := []float64{-1e3, 1e3}
		for _, k := range knots[c.pair] {
			ends = append(ends, (k-c.factors[1]*c.at)/c.factors[0])
		}
		slices.Sort(ends)
		if bounds := [][2]float64{3: {0, 1e3}, 4: {0, 2.1}, 5: {-1e3, 1e3}}[c.of]; bounds[0] == 0 {
			for k := range 14 {
				ends = append(ends, math.Pow10(-k), bounds[1]-math.Pow10(-k)) // close to where an axis bends
			}
			ends = append(ends, bounds[:]...)
			slices.Sort(ends)
			ends = slices.DeleteFunc(ends, func(v float64) bool { return v < bounds[0] || v > bounds[1] })
		}
		var rows [][]float64
		var weights []float64
		const pieces, points = 16, 20
		nodes, of := make([]float64, points), make([]float64, points)
		for e := range len(ends) - 1 {
			for p := range pieces {
				from, to := ends[e], ends[e+1]
				at := func(p int) float64 { // pieces of the tails get wider outwards
					share := float64(p) / pieces
					switch e {
					case 0:
						return to - (to-from)*math.Pow(1-share, 8)
					case len(ends) - 2:
						return from + (to-from)*math.Pow(share, 8)
					}
					return from + (to-from)*share
				}
				if !(at(p) < at(p+1)) {
					continue
				}
				quad.Legendre{}.FixedLocations(nodes, of, at(p), at(p+1))
				for k, v := range nodes {
					rows, weights = append(rows, row(v)), append(weights, of[k])
				}
			}
		}
		if c.of == 4 {
			rows, weights = append(rows, row(0)), append(weights, 1)
		}
		near(t, fmt.Sprintf("the integral over column %d, where column %d is %v", c.of, c.given, c.at), sum(rows, weights, "make", metersSchema.Columns[c.given].Name), 1, 1e-4)
	}
}

// TestResidualBounds: what is drawn lies on the grid of its column and within its bounds, although what is left of it has none.
func TestResidualBounds(t *testing.T) {
	x, err := fittedMeters(t).Sample(4000, rng(4))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4000 {
		row := x.RawRowView(i)
		if slices.Min(row) < 0 || row[4] > 2.1 || max(row[1], row[2]) > 400 || row[1] != math.Trunc(row[1]) || row[2] != math.Trunc(row[2]) {
			t.Fatalf("%v is drawn, which is no row of the table", row)
		}
	}
}

// TestMostlyEqual: two codes that are equal in nearly all rows, and else have nothing to do with each other, are drawn so.
func TestMostlyEqual(t *testing.T) {
	r := rng(7)
	const n, equal = 1500, 0.93
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		code := func() float64 { return math.Floor(1e4 + 9e4*r.Float64()) }
		x.SetRow(i, []float64{code(), code(), float64(r.IntN(2))})
		if r.Float64() < equal {
			x.Set(i, 1, x.At(i, 0))
		}
	}
	schema := columns.Schema{Columns: []columns.Column{
		{Name: "bill", Kind: columns.Numbers, Step: 1, Lower: number(0)},
		{Name: "ship", Kind: columns.Numbers, Step: 1, Lower: number(0)},
		{Name: "gift", Kind: columns.Boolean, Levels: make([]columns.Level, 2)},
	}}
	m, err := mixed.Fit(context.Background(), schema, x, mixed.Config{Hidden: []int{16, 16, 16}, Epochs: 60})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := m.Sample(2000, rng(8))
	if err != nil {
		t.Fatal(err)
	}
	same := 0.0
	agree(t, m, x.Slice(0, 40, 0, 3).(*mat.Dense))
	ships := mat.NewDense(200_000, 3, nil)
	for i := range 200_000 {
		ships.SetRow(i, []float64{5e4, float64(i), 1})
	}
	ships.Set(0, 1, 0.2) // the bound 0 itself is no value of the table, and its cell has a width of ½
	lp, err := m.LogProbGiven(ships, "bill", "gift")
	if err != nil {
		t.Fatal(err)
	}
	sum := -math.Exp(lp[0]) / 2
	for _, l := range lp {
		sum += math.Exp(l)
	}
	q, err := m.Quantiles(mat.NewDense(1, 3, []float64{5e4, math.NaN(), 1}), "ship", sum)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the code up to which the density of a code, given the other, has that integral", q.At(0, 0), 199_999, 100)
	for i := range 2000 {
		if math.Round(drawn.At(i, 0)) == math.Round(drawn.At(i, 1)) {
			same++
		}
	}
	near(t, "share of rows with the same code twice", same/2000, equal, 0.06)
}

// TestResidualsDamaged: a file whose residuals are none is an error.
func TestResidualsDamaged(t *testing.T) {
	file := saved(t, fittedMeters(t))
	for name, change := range map[string]func(f *safetensors.File){
		"a column that is no number": edit(`"residuals":[{"columns":[`, `"residuals":[{"columns":[0,`),
		"a column twice":             edit(`"residuals":[{"columns":[`, `"residuals":[{"columns":[5,5,`),
		"no column":                  edit(`"residuals":[{"columns":[`, `"residuals":[{"columns":[77,`),
		"a factor of 0":              edit(`"factors":[-1,1]`, `"factors":[0,1]`),
		"one factor":                 edit(`"factors":[-1,1]`, `"factors":[1]`),
		"a width of 0":               edit(`"widths":[`, `"widths":[0,`),
	} {
		f, err := safetensors.Read(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		before := f.Metadata["model"]
		change(f)
		if f.Metadata["model"] == before {
			t.Fatalf("%s: nothing is changed in %s", name, before)
		}
		var changed bytes.Buffer
		if err := safetensors.Write(&changed, f); err != nil {
			t.Fatal(err)
		}
		if _, err := mixed.LoadFrom(&changed); !errors.Is(err, flows.ErrArchitecture) {
			t.Errorf("%s: %v, want ErrArchitecture", name, err)
		}
	}
}

// TestResidualsSaved: a model with residuals is read back with the same bits, and a stranger computes its log p, also of rows with
// missing cells, at bounds and far out.
func TestResidualsSaved(t *testing.T) {
	m := fittedMeters(t)
	x := hide(mat.DenseCopyOf(meters(60, 9)), 9)
	x.SetRow(0, []float64{1, 390, 400, 1, 2.09, 2.5})
	x.SetRow(1, []float64{0, 380, 0, 40, 0.5, -20})
	x.SetRow(2, []float64{0, math.NaN(), 0, 0.3, 0, math.NaN()})
	agree(t, m, x)
	read, err := mixed.LoadFrom(bytes.NewReader(saved(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.LogProb(x); err != nil || !slices.Equal(got, want) {
		t.Errorf("read back: log p %v (%v), want %v", got, err, want)
	}
	if !bytes.Equal(saved(t, read), saved(t, m)) {
		t.Error("the model that was read is saved as another file")
	}
}
