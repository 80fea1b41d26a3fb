package columns_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gaussflow/columns"
)

// TestSumIsWritten: a sum above all of its table is written with the digits of its summands, so that it is one when it is read again.
func TestSumIsWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	text := table("a;b;total", 60, func(i int) []any {
		a, b := 1000+rng.IntN(4000), 500+rng.IntN(4500)
		return []any{short(a), short(b), short(a + b)}
	})
	s, _ := profile(t, text, columns.Options{})
	c, _ := s.Column("total")
	if c.Kind != columns.Derived || c.Max >= 100 {
		t.Fatalf("%+v, want a sum below 100", c)
	}
	if got := string(c.Append(nil, c.Compute([]float64{60.12, 50.25}))); got != "110.37" {
		t.Errorf("60.12 + 50.25 is written %s, want 110.37", got)
	}
}

// short is a number of cents as a program writes it, without zeros at its end.
func short(cents int) string { return fmt.Sprint(float64(cents) / 100) }

// TestStepsAreWritten: a point of a grid is written with all its digits, where the table's numbers with powers of ten have fewer.
func TestStepsAreWritten(t *testing.T) {
	cells := []string{"1e3", "5e2", "1.5e3", "2e3", "3e3", "7e3"}
	s, _ := profile(t, table("a;b", 60, func(i int) []any { return []any{cells[i*i*i%len(cells)], i % 7} }), columns.Options{})
	if c := s.Columns[0]; c.Step != 500 || string(c.Append(nil, 12_490)) != "12500" || c.Show(12_500) != "12500" {
		t.Errorf("step %v: 12490 is written %s, and 12500 shown %s, want step 500 and 12500", c.Step, c.Append(nil, 12_490), c.Show(12_500))
	}
}

// TestHalfSteps: what lies on a grid stays where it is, however large it is beside its step: seconds that all end in .500, and numbers that end in .5.
func TestHalfSteps(t *testing.T) {
	clock := func(i int) string {
		second := (i * i * 17) % 3600
		return fmt.Sprintf("2020-09-13 12:%02d:%02d.500", second/60, second%60)
	}
	large := func(i int) string { return fmt.Sprintf("%d.5", 9_000_000+(i*i*17)%300) }
	for name, cell := range map[string]func(int) string{"times": clock, "numbers": large} {
		s, _ := profile(t, table("a;b", 200, func(i int) []any { return []any{cell(i), i % 7} }), columns.Options{})
		c := s.Columns[0]
		if c.Step != 1 {
			t.Fatalf("%s: step %v, want 1", name, c.Step)
		}
		for i := range 200 {
			v, err := c.Parse(cell(i))
			if got := string(c.Append(nil, v)); err != nil || got != cell(i) || c.Round(v) != v {
				t.Fatalf("%s: %s is %v (%v), written %s", name, cell(i), v, err, got)
			}
		}
	}
}

// TestSingleGrid: tenths that are stored as float32 are written as tenths.
func TestSingleGrid(t *testing.T) {
	first := float64(float32(1999.9))
	c := columns.Column{Kind: columns.Grid, Min: first, Max: 2400, Step: 0.1, Form: columns.Form{Decimals: -1}}
	for k := range 3000 {
		if want := math.Round(19_999+float64(k)) / 10; c.Round(float64(float32(want))) != want {
			t.Fatalf("%v is rounded to %v, want %v", float32(want), c.Round(float64(float32(want))), want)
		}
	}
}

// TestSlack: a value is as far from its grid as its own rounding can take it, not as that of numbers which nobody has rounded so.
func TestSlack(t *testing.T) {
	single := float64(float32(1999.9))
	for _, s := range []struct {
		what          string
		v, from, step float64
		on            bool
	}{
		{"five seconds past a minute", 1_600_000_025, 1_599_999_960, 60, false},
		{"a minute", 1_600_000_080, 1_599_999_960, 60, true},
		{"a multiple of 128 seconds, five past a minute", 1_600_000_000, 1_599_999_935, 60, false},
		{"a float32 and its grid", float64(float32(2100.3)), single, 0.1, true},
		{"a whole number on the grid of a float32", 2000, single, 0.1, true},
		{"a fraction on the grid of a float32", 2100.3, single, 0.1, true},
		{"a float32 on the grid of a fraction", float64(float32(2100.3)), 1999.9, 0.1, true},
		{"a fraction as far off as a float32", 2100.30005, 1999.9, 0.1, false},
		{"far between the steps of a float32", float64(float32(2100.32)), single, 0.1, false},
	} {
		off := math.Abs(math.Remainder(s.v-s.from, s.step))
		if slack := columns.Slack(s.v, s.from, s.step); off <= slack != s.on {
			t.Errorf("%s: %v off, slack %v, want on the grid: %t", s.what, off, slack, s.on)
		}
	}
}

// TestAmongSingles: in a column of float32 the numbers that are none are read and written as they are.
func TestAmongSingles(t *testing.T) {
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("%.15g;x", float64(float32(14.4+float64(i*i)/10))))
	}
	others := map[string]float64{"123456789": 123456789, "1e39": 1e39, "14.4": 14.4, "19": 19, "0.123456789": 0.123456789}
	s, _ := profile(t, "a;b\n"+strings.Join(lines, "\n")+"\n123456789;x\n1.0000000000;x\n", columns.Options{})
	c := s.Columns[0]
	if !c.Form.Single || c.Max != 123456789 || c.Min != 1 {
		t.Errorf("%v to %v, %+v: want 1 to 123456789, and float32", c.Min, c.Max, c.Form)
	}
	c.Lower, c.Upper, c.Step = nil, nil, 0
	for cell, want := range others {
		v, err := c.Parse(cell)
		if err != nil || v != want {
			t.Errorf("%s is read as %v (%v)", cell, v, err)
		}
		if again, err := c.Parse(string(c.Append(nil, v))); err != nil || again != want {
			t.Errorf("%s is written %s, which is %v (%v)", cell, c.Append(nil, v), again, err)
		}
	}
	for text, want := range map[string]float64{"14.3999996185303": 14.4, "16.7999992370605": 16.8} {
		if v, err := c.Parse(text); err != nil || v != want || string(c.Append(nil, v)) != text {
			t.Errorf("%s is %v, written %s (%v), want %v", text, v, c.Append(nil, v), err, want)
		}
	}
}

// TestNoSingles: zeros at the end of numbers do not make a column one of float32.
func TestNoSingles(t *testing.T) {
	cells := []string{"1.0000000000", "2.5000000000", "3.00000000000", "0.1", "123.4"}
	s, _ := profile(t, table("a;b", 50, func(i int) []any { return []any{cells[i%len(cells)], i % 7} }), columns.Options{})
	if c := s.Columns[0]; c.Form.Single {
		t.Errorf("%+v: want no float32", c.Form)
	}
}
