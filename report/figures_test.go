package report

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/tabular"
)

// TestTicks: the labels of an axis differ from each other, are finite and few, wherever the axis lies.
func TestTicks(t *testing.T) {
	for _, s := range []span{{0, 1}, {-3.2, 4.1}, {1e9, 1e9 + 1}, {-1e-12, 2e-12}, {0, 1e300}, {1.7e9, 1.7e9 + 1e-3}, {99990, 100010}, {-1e7, 5}} {
		got := ticks(s.lo, s.hi)
		var labels []string
		for _, tick := range got {
			labels = append(labels, tick.Label)
			if !s.contains(tick.Value) || strings.Contains(tick.Label, "-") || tick.Label == "−0" {
				t.Errorf("ticks(%v): %v is called %q", s, tick.Value, tick.Label)
			}
		}
		if len(got) < 2 || len(got) > 8 || len(slices.Compact(slices.Sorted(slices.Values(labels)))) != len(labels) {
			t.Errorf("ticks(%v) = %q, want two to eight different ones", s, labels)
		}
	}
	if got := ticks(1, 1); got != nil {
		t.Errorf("ticks of an empty axis: %v", got)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{
		{0, 3, "0"}, {math.Copysign(0, -1), 3, "0"}, {-1.5, 3, "−1.5"}, {12345.678, 3, "12346"}, {0.00012345, 3, "0.000123"}, {1.234e-7, 2, "1.2 × 10⁻⁷"},
		{-5e20, 1, "−5 × 10²⁰"}, {math.Inf(-1), 2, "−∞"}, {math.NaN(), 2, "not a number"}, {100, 3, "100"},
	} {
		if got := number(c.v, c.digits); got != c.want {
			t.Errorf("number(%v, %d) = %q, want %q", c.v, c.digits, got, c.want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	for v, want := range map[float64]string{1: "1", 4.76: "4.8", 3616: "3\u202f600", 47.4: "47", 2.5e9: "2.5 × 10⁹", 996: "1\u202f000"} {
		if got := times(v); got != want {
			t.Errorf("times(%v) = %q, want %q", v, got, want)
		}
	}
	if got := subscript(24) + superscript(-105); got != "₂₄⁻¹⁰⁵" {
		t.Errorf("got %q", got)
	}
}

// TestHistogram: the areas of the bins add up to the share of values inside, and the points of a grid lie in the middle of their bins.
func TestHistogram(t *testing.T) {
	e := edges(span{0, 4}, 0, 0)
	h := density([]float64{0, 0.05, 1, 3.99, 4, 9, -1, 2}, e)
	area := 0.0
	for k := range h {
		area += h[k] * (e[k+1] - e[k])
	}
	if math.Abs(area-6.0/8) > 1e-12 { // 9 and −1 lie outside
		t.Errorf("area %v, want the share of values inside, 6 of 8", area)
	}
	e = edges(span{-0.5, 5.5}, 1, 3)
	if want := []float64{-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5}; !floats.EqualApprox(e, want, 1e-12) {
		t.Errorf("edges of a grid: %v, want %v", e, want)
	}
	if h := density([]float64{0, 1, 1, 5}, e); !floats.EqualApprox(h, []float64{0.25, 0.5, 0, 0, 0, 0.25}, 1e-12) {
		t.Errorf("histogram of a grid: %v", h)
	}
}

// standard is a study of rows x under independent standard normals.
func standard(t *testing.T, x *mat.Dense) *study {
	t.Helper()
	_, d := x.Dims()
	affine, err := layers.NewAffine(d, layers.AffineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	flow, err := flows.New(flows.Named{Name: "identity", Layer: affine})
	if err != nil {
		t.Fatal(err)
	}
	m := &tabular.Model{Flow: flow}
	for j := range d {
		var c tabular.Column
		c.Name = string(rune('a' + j))
		m.Columns = append(m.Columns, c)
	}
	s, err := newStudy(Input{Model: m, Rows: x})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// normals are n×d standard normal numbers, the same in every call.
func normals(n, d int) *mat.Dense {
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			u := math.Mod(float64(i+1)*math.Sqrt(float64([]int{2, 3, 5, 7}[j])), 1)
			x.Set(i, j, distuv.UnitNormal.Quantile(u))
		}
	}
	return x
}

// TestOdd: the odd row comes first, because of the column that was made odd and with the known difference in nats: log p of
// a standard normal falls by x²/2.
func TestOdd(t *testing.T) {
	x := normals(200, 3)
	x.Set(17, 1, 9)
	x.Set(3, 2, -6)
	rows, err := standard(t, x).odd()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != oddRows || rows[0].Number != 18 || rows[1].Number != 4 {
		t.Fatalf("got %d rows, first %d and %d, want %d, 18 and 4", len(rows), rows[0].Number, rows[1].Number, oddRows)
	}
	for i, want := range []struct {
		column string
		gain   float64
	}{{"b", 40.5}, {"c", 18}} {
		// The best usual value is a quantile near 0, but not exactly 0.
		if r := rows[i].Reasons[0]; r.Column != want.column || math.Abs(gain(t, r)-want.gain) > 0.01 || rows[i].Note != "" {
			t.Errorf("row %d: %+v, want column %s with %v nats", i, r, want.column, want.gain)
		}
	}
}

func gain(t *testing.T, r reason) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.TrimSuffix(r.Weight, " nats"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestOddCombination: if each of four values is only a little odd, no single column makes the row odd, and the page says so.
func TestOddCombination(t *testing.T) {
	x := normals(200, 4)
	x.SetRow(0, []float64{3.4, 3.3, 3.2, 3.1})
	rows, err := standard(t, x).odd()
	if err != nil {
		t.Fatal(err)
	}
	note := rows[0].Note
	if rows[0].Number != 1 || len(rows[0].Reasons) != reasons || !strings.Contains(note, "a, b and c, changed one after the other") ||
		!strings.Contains(note, "a = 3.4 is rarest: 1 of 200 rows is as far out") {
		t.Errorf("got %+v, want row 1, three columns together and the rarest", rows[0])
	}
}

// TestGaussian: the Gaussian that the page compares with has the mean log p of the rows under a normal of their own mean and
// covariance.
func TestGaussian(t *testing.T) {
	x := mat.NewDense(6, 1, []float64{1, 2, 3, 4, 5, 9})
	var l likelihoods
	l.compare(x, 0)
	normal := distuv.Normal{Mu: 4, Sigma: math.Sqrt(40.0 / 6)}
	want := 0.0
	for _, v := range x.RawMatrix().Data {
		want += normal.LogProb(v) / 6
	}
	if l.Gaussian != nats(want) || !l.Better {
		t.Errorf("got %q, want %v", l.Gaussian, want)
	}
	plane := mat.NewDense(8, 2, []float64{1, 2, 2, 4, 3, 6, 4, 8, 5, 10, 6, 12, 7, 14, 8, 16})
	l = likelihoods{}
	if l.compare(plane, 0); l.Gaussian != "" {
		t.Errorf("rows in a plane have the Gaussian %q, want none", l.Gaussian)
	}
}

// TestGap: the Kolmogorov–Smirnov distance of evenly spaced normal scores is half a step, 0.5/n.
func TestGap(t *testing.T) {
	const n = 50
	var z []float64
	for i := range n {
		z = append(z, distuv.UnitNormal.Quantile((float64(i)+0.5)/n))
	}
	if got := gap(z); math.Abs(got-0.5/n) > 1e-12 {
		t.Errorf("gap = %v, want %v", got, 0.5/n)
	}
	if got := gap([]float64{-40, -40}); math.Abs(got-1) > 1e-12 {
		t.Errorf("gap of two far values = %v, want 1", got)
	}
}
