package data_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
)

// columnsCSV writes columns side by side.
func columnsCSV(header string, n int, row func(i int) []any) []byte {
	var b strings.Builder
	fmt.Fprintln(&b, header)
	for i := range n {
		fmt.Fprintln(&b, strings.TrimSuffix(strings.Join(strings.Fields(fmt.Sprintln(row(i)...)), ","), ","))
	}
	return []byte(b.String())
}

func inspect(t testing.TB, content []byte, o data.Options) []data.Column {
	t.Helper()
	columns, err := data.Inspect(t.Context(), open(t, write(t, "t.csv", content), o))
	if err != nil {
		t.Fatal(err)
	}
	return columns
}

func TestInspect(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 2000
	var normal []float64
	content := columnsCSV("normal,code,even,cents,zeros,same,few", n, func(i int) []any {
		v := rng.NormFloat64()
		normal = append(normal, v)
		zeros := 0.0
		if i%3 == 0 {
			zeros = rng.Float64()
		}
		return []any{v, rng.IntN(10), 2*rng.IntN(30) + 7, float64(rng.IntN(400)) / 100, zeros, 2.5, []float64{0.1, 0.31, 0.7}[rng.IntN(3)]}
	})
	columns := inspect(t, content, data.Options{})
	for i, want := range []struct {
		constant, tied, integer bool
		quantum                 float64
	}{
		{},
		{tied: true, integer: true, quantum: 1},
		{tied: true, integer: true, quantum: 2},
		{tied: true, quantum: 0.01},
		{tied: true},
		{tied: true, constant: true},
		{tied: true, quantum: 0.03},
	} {
		c := columns[i]
		if c.Constant() != want.constant || c.Tied(n) != want.tied || c.Integer != want.integer || c.Quantum != want.quantum {
			t.Errorf("%s: constant %v, tied %v; %+v, want %+v", c.Name, c.Constant(), c.Tied(n), c, want)
		}
	}
	c := columns[0]
	mean, std := stat.PopMeanStdDev(normal, nil)
	if math.Abs(c.Mean-mean) > 1e-14 || math.Abs(c.Std-std) > 1e-14 || c.Distinct != n {
		t.Errorf("mean %v std %v distinct %d, want %v %v %d", c.Mean, c.Std, c.Distinct, mean, std, n)
	}
	if zeros := columns[4]; math.Abs(zeros.Top-0.6665) > 1e-9 {
		t.Errorf("the commonest value in %v", zeros.Top)
	}
}

// TestQuantum: the quantum of a column is the greatest common divisor of its values, whatever rounding did to them, and
// random values have none.
func TestQuantum(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	random := []float64{rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64()}
	for name, c := range map[string]struct {
		levels []float64
		want   float64
	}{
		"a common divisor":     {[]float64{0, 10, 25}, 5},
		"of fractions":         {[]float64{-0.4, 0.6, 0.1, 1.3}, 0.1},
		"thirds":               {[]float64{0, 1. / 3, 4. / 3, 2}, 1. / 3},
		"sixths, rounded":      {[]float64{0, 0.333333, 0.833333}, 1. / 6},
		"of float32":           {[]float64{float64(float32(0.1)), float64(float32(0.3)), float64(float32(0.8))}, 0.1},
		"standardized numbers": {[]float64{-1.2649110640673518, -0.6324555320336759, 0, 1.2649110640673518}, 0.6324555320336759},
		"two values":           {[]float64{3, 3.5}, 0.5},
		"identifiers":          {[]float64{9007199254740992, 9007199254740994, 9007199254741000}, 2},
		"far from 0":           {[]float64{1e15, 1e15 + 0.25, 1e15 + 0.625}, 0.125},
		"huge":                 {[]float64{1e300, 2e300, 4e300}, 1e300},
		"tiny":                 {[]float64{1e-200, 2e-200, 4e-200}, 1e-200},
		"nearly equal gaps":    {[]float64{-128, 0, 127}, 1},
		"nearly, of thirds":    {[]float64{0, 33.33, 66.67, 100}, 0},
		"too fine to tell":     {[]float64{-99999.99, 0, 1e-20, 12345.67}, 0},
		"chance":               {random, 0},
		"chance, 17 digits":    {[]float64{0, math.Pi, math.E, math.Sqrt2}, 0},
	} {
		x := mat.NewDense(20, 1, nil)
		for i := range 20 {
			x.Set(i, 0, c.levels[i%len(c.levels)])
		}
		columns, err := data.Inspect(t.Context(), &data.Table{Names: []string{"x"}, X: x})
		if err != nil {
			t.Fatal(err)
		}
		if got := columns[0].Quantum; math.Abs(got-c.want) > 1e-5*c.want {
			t.Errorf("%s: step %v, want %v", name, got, c.want)
		}
	}
}

// TestInspectBad: bad cells are an error of the source, or their rows are left out.
func TestInspectBad(t *testing.T) {
	path := write(t, "t.csv", []byte("a,b\n1,NA\n2,\nz,3\n4,4\n5,6\n"))
	_, err := data.Inspect(t.Context(), open(t, path, data.Options{}))
	wantError(t, err, `data: t.csv: column "b", row 1 (line 2): "NA" is not a finite number`)
	columns, err := data.Inspect(t.Context(), open(t, path, data.Options{DropMissing: true}))
	if err != nil || len(columns) != 2 || columns[1].Mean != 5 {
		t.Errorf("%+v, %v", columns, err)
	}
}

// TestInspectManyValues: above the limit on different values their number is an estimate; frequent values and the grid are
// still found.
func TestInspectManyValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n, values = 300_000, 100_000
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		v := rng.Float64()
		if i > n/2 && i%5 == 0 {
			v = 0.25
		}
		x.Set(i, 0, v)
		x.Set(i, 1, 3*float64(i%values)/100)
		x.Set(i, 2, rng.NormFloat64())
	}
	columns, err := data.Inspect(t.Context(), &data.Table{Names: []string{"late", "cents", "normal"}, X: x})
	if err != nil {
		t.Fatal(err)
	}
	late, cents, normal := columns[0], columns[1], columns[2]
	if late.Top < 0.0989 || late.Top > 0.1001 {
		t.Errorf("the commonest value in %v, want 0.1", late.Top)
	}
	if cents.Quantum != 0.03 || math.Abs(float64(cents.Distinct)/values-1) > 0.03 || !cents.Tied(n) {
		t.Errorf("%+v", cents)
	}
	if math.Abs(float64(normal.Distinct)/n-1) > 0.03 || normal.Tied(n) {
		t.Errorf("%+v", normal)
	}
}
