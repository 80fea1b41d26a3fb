package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// table2 holds the counts of two columns of codes.
func table2(cells [][]int32) *counts {
	var c counts
	for i, row := range cells {
		for j, n := range row {
			c[i*16+j] = n
		}
	}
	return &c
}

// TestDependence: 0 for independent columns, 1 for columns that determine each other, and otherwise the value of Bergsma's
// formula, worked out by hand.
func TestDependence(t *testing.T) {
	for _, c := range []struct {
		cells [][]int32
		want  float64
	}{
		{[][]int32{{50, 50}, {50, 50}}, 0},
		{[][]int32{{30, 0}, {0, 70}}, 1},
		{[][]int32{{100, 0}}, 0},
		// χ² = 100·(40·35 − 10·15)²/(50·50·55·45) = 25.2525; φ² − 1/99 = 0.242424; r = k = 2 − 1/99.
		{[][]int32{{40, 10}, {15, 35}}, math.Sqrt((25.252525252525253/100 - 1.0/99) / (1 - 1.0/99))},
	} {
		if got := dependence(table2(c.cells)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("dependence of %v = %v, want %v", c.cells, got, c.want)
		}
	}
}

// TestOverlap: the overlap of two normal samples whose means are δ apart is 2Φ(−δ/2) (Inman & Bradley 1989), up to the error
// of the bins; a model with the column's own distribution is as near to the table as one half of the table to the other.
func TestOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(4000, 2, nil)
	for i := range 4000 {
		x.SetRow(i, []float64{r.NormFloat64(), 1 + r.NormFloat64()})
	}
	s := standard(t, x)
	l := s.likenesses()
	if l.rows != 2000 || len(l.columns) != 2 || len(l.pairs) != 1 {
		t.Fatalf("got %d rows, %d columns, %d pairs, want 2000, 2 and 1", l.rows, len(l.columns), len(l.pairs))
	}
	if good := l.columns[0]; math.Abs(good.gap()) > 0.02 {
		t.Errorf("samples of the column's own law: gap %v, want none", good.gap())
	}
	if bad, want := l.columns[1].model, 2*0.3085; math.Abs(bad-want) > 0.03 {
		t.Errorf("overlap of normals whose means are 1 apart: %v, want %v", bad, want)
	}
	if w := worst(l.columns); w[0].a != 1 {
		t.Errorf("column %d is the worst, want 1", w[0].a)
	}
	if v := s.verdict(l); v.Fidelity == "" || !v.Pairs || v.Tail != "" || v.Strange {
		t.Errorf("verdict %+v, want a fidelity of pairs and nothing of a tail, for the model has no reference", v)
	}
}

// TestManyColumns: if there are more columns than are drawn, the pictures have a bounded size and the page says how many
// columns are left out.
func TestManyColumns(t *testing.T) {
	const d = drawnColumns + 30
	r := rand.New(rand.NewPCG(5, 6))
	x := mat.NewDense(60, d, nil)
	for k := range x.RawMatrix().Data {
		x.RawMatrix().Data[k] = r.NormFloat64()
	}
	s := standard(t, x)
	l := s.likenesses()
	m, err := s.multiples(l)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.First) != openColumns || len(m.First)+len(m.More) != drawnColumns || m.Undrawn != 30 || len(l.pairs) != pairedColumns*(pairedColumns-1)/2 {
		t.Errorf("%d and %d columns drawn, %d not, %d pairs", len(m.First), len(m.More), m.Undrawn, len(l.pairs))
	}
	bytes := 0
	for _, pic := range slices.Concat(m.First, m.More) {
		bytes += len(pic.SVG)
	}
	if bytes > 2.5e6 {
		t.Errorf("the pictures have %d bytes, want at most 2.5 MB", bytes)
	}
}

// TestTimeTicks: an axis of time of any length has two to six ticks, at whole units.
func TestTimeTicks(t *testing.T) {
	start := float64(time.Date(2021, 3, 5, 7, 12, 13, 0, time.UTC).Unix())
	for _, length := range []float64{5, 40, 600, 7200, 50000, 86400, 5 * 86400, 40 * 86400, 200 * 86400, 900 * 86400, 2e8, 3e9} {
		got := timeTicks(start, start+length)
		if len(got) < 1 || len(got) > 6 {
			t.Errorf("an axis of %v s has %d ticks %v", length, len(got), got)
		}
		for k, tick := range got {
			if tick.Value < start || tick.Value > start+length || tick.Label == "" || k > 0 && tick.Label == got[k-1].Label {
				t.Errorf("an axis of %v s: tick %+v after %v", length, tick, got[:k])
			}
		}
	}
	if got := timeTicks(-1e300, 1e300); len(got) == 0 {
		t.Error("an axis beyond all years has no ticks")
	}
}

// TestField: levels beyond those that are shown are counted together, and missing cells separately.
func TestField(t *testing.T) {
	c := &columns.Column{Name: "c", Kind: columns.Category}
	var rows []float64
	for k := range 12 {
		c.Levels = append(c.Levels, columns.Level{Text: strings.Repeat("x", k+1)})
		for range 20 - k {
			rows = append(rows, float64(k))
		}
	}
	whole := newField("c", c, 0, rows[:20], rows[:20])
	if whole.other || whole.missing || whole.bars() != shownLevels {
		t.Errorf("other %v, missing %v, %d bars, want the shown levels alone", whole.other, whole.missing, whole.bars())
	}
	f := newField("c", c, 0, append(rows, math.NaN()), rows)
	if !f.other || !f.missing || f.bars() != shownLevels+2 || f.bar(11) != shownLevels || f.bar(math.NaN()) != shownLevels+1 || f.bar(0) != 0 {
		t.Errorf("got %+v with %d bars, want the others and missing cells last", f, f.bars())
	}
	if f.say(2) != "xxx" || f.say(math.NaN()) != "missing" {
		t.Errorf("said %q and %q", f.say(2), f.say(math.NaN()))
	}
}
