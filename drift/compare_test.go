package drift_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gaussflow/columns"
	"gaussflow/drift"
)

// TestMoved: each kind of change in a column is found, in this column only, and described.
func TestMoved(t *testing.T) {
	for _, test := range []struct {
		column, says string
		move         func(row []string, rng *rand.Rand)
	}{
		{"height", "median 169.4 → 174.6", func(row []string, _ *rand.Rand) {
			if row[0] != "" {
				var v float64
				fmt.Sscan(row[0], &v)
				row[0] = fmt.Sprintf("%.1f", v+5)
			}
		}},
		{"height", "missing ", func(row []string, rng *rand.Rand) {
			if rng.IntN(5) == 0 {
				row[0] = "NA"
			}
		}},
		{"height", "middle half ", func(row []string, _ *rand.Rand) {
			if row[0] != "" {
				var v float64
				fmt.Sscan(row[0], &v)
				row[0] = fmt.Sprintf("%.1f", 170+2*(v-170))
			}
		}},
		{"spent", "0 in ", func(row []string, rng *rand.Rand) {
			if rng.IntN(3) == 0 {
				row[1] = fmt.Sprintf("%.2f", 20*rng.ExpFloat64())
			}
		}},
		{"city", "new: Paris (", func(row []string, rng *rand.Rand) {
			if rng.IntN(12) == 0 {
				row[3] = "Paris"
			}
		}},
		{"city", "gone: Rome (was ", func(row []string, _ *rand.Rand) {
			if row[3] == "Rome" {
				row[3] = "Oslo"
			}
		}},
		{"member", "yes ", func(row []string, rng *rand.Rand) {
			if rng.IntN(3) == 0 {
				row[4] = "yes"
			}
		}},
		{"since", "median 2024-", func(row []string, rng *rand.Rand) { row[5] = fmt.Sprintf("2024-%02d-01", 6+rng.IntN(7)) }},
	} {
		rng := rand.New(rand.NewPCG(5, 6))
		a, b := people(900, rng), people(700, rng)
		for _, row := range b.rows {
			test.move(row, rng)
		}
		r := compare(t, a, b, drift.Config{Draws: 199})
		if !r.Differ() || r.P > 0.006 {
			t.Errorf("%s, %s: p = %g", test.column, test.says, r.P)
		}
		if moved := r.Moved(); len(moved) != 1 || moved[0].Name != test.column || !strings.Contains(moved[0].How, test.says) || moved[0].Gap < 0.05 {
			t.Errorf("moved: %+v, want %s alone, %q", moved, test.column, test.says)
		}
		if r.Apart.AUC < 0.52 || r.Apart.AUC > 0.9 {
			t.Errorf("%s, %s: told apart %+v", test.column, test.says, *r.Apart)
		}
	}
}

// TestDependence: x and y keep their distributions but are no longer correlated, which must be found; u and v both move but
// keep their dependence, so the pair must not be named.
func TestDependence(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	tables := [2]*table{{names: []string{"x", "y", "u", "v"}}, {names: []string{"x", "y", "u", "v"}}}
	for side, of := range tables {
		for range 800 {
			x, e, u := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
			y := 0.8*x + 0.6*e
			if side == 1 {
				y = e
			}
			of.add(x, y, math.Exp(u+2*float64(side)), u+0.3*rng.NormFloat64()+float64(side))
		}
	}
	r := compare(t, tables[0], tables[1], drift.Config{Draws: 199})
	if len(r.Pairs) != 1 || r.Pairs[0].Names != [2]string{"x", "y"} || !r.Pairs[0].Alone || !r.Pairs[0].Signed {
		t.Fatalf("pairs %+v, want x and y", r.Pairs)
	}
	if d := r.Pairs[0].Dependence; d[0] < 0.7 || math.Abs(d[1]) > 0.1 || r.Paired != 6 {
		t.Errorf("rank correlations %v of %d pairs, want about 0.79 and 0 of 6", d, r.Paired)
	}
	if moved := r.Moved(); len(moved) != 2 || columnOf(t, r, "x").Moved {
		t.Errorf("moved: %+v, want u and v", moved)
	}
}

// TestSame: a table compared with itself shows no difference.
func TestSame(t *testing.T) {
	a := people(400, rand.New(rand.NewPCG(1, 1)))
	r := compare(t, a, a, drift.Config{Draws: 99})
	if r.P != 1 || r.Differ() || len(r.Moved())+len(r.Pairs) > 0 || r.Apart.AUC != 0.5 || r.Verdict() != "No difference can be seen." {
		t.Errorf("p = %g, %+v, %+v", r.P, r.Moved(), r.Apart)
	}
	for _, c := range r.Columns {
		if c.Gap != 0 || c.How != "" {
			t.Errorf("%s: off by %g: %q", c.Name, c.Gap, c.How)
		}
	}
}

// TestFew: comparisons of five rows with a thousand, of a single column, and of a single row.
func TestFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	many := people(1000, rng)
	far := &table{names: many.names}
	for range 5 {
		far.add(260, 999, 40, "Nowhere", "yes", "2030-01-01")
	}
	r := compare(t, far, many, drift.Config{})
	if !r.Differ() || r.Tables[0].Rows != 5 || r.Paired != 0 {
		t.Errorf("p = %g of %+v, %d pairs", r.P, r.Tables, r.Paired)
	}
	if c := columnOf(t, r, "city"); !c.Moved || !slices.Equal(c.Gone, []string{"Nowhere"}) || len(c.New) != 4 {
		t.Errorf("city: %+v", c)
	}
	one := &table{names: []string{"x"}, rows: [][]string{{"1"}}}
	r = compare(t, one, &table{names: []string{"x"}, rows: [][]string{{"2"}, {"3"}, {"4"}}}, drift.Config{})
	if r.P < 0.2 || r.Apart != nil {
		t.Errorf("one row beside three: p = %g, %+v", r.P, r.Apart)
	}
}

// TestColumnsThatDiffer: columns that one table does not have, or has with another kind, are named.
func TestColumnsThatDiffer(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	a := &table{names: []string{"id", "left", "x", "kind", "unit", "fixed", "void", "sum"}}
	b := &table{names: []string{"sum", "void", "fixed", "unit", "kind", "x", "right", "id"}}
	for i := range 300 {
		x := rng.IntN(500)
		a.add(i+1, 1, x, []string{"p", "q"}[i%2], fmt.Sprintf("%d kg", x), "v", "", x+7)
		b.add(rng.IntN(900), rng.IntN(9), []string{"v", "w"}[i%2], x, rng.IntN(40), []string{"low", "high", "12"}[i%3], 2, i+1)
	}
	r := compare(t, a, b, drift.Config{Draws: 99})
	if len(r.OnlyIn[0]) != 1 || r.OnlyIn[0][0].Name != "left" || len(r.OnlyIn[1]) != 1 || r.OnlyIn[1][0].Name != "right" {
		t.Errorf("only in one: %+v", r.OnlyIn)
	}
	var left []string
	for _, l := range r.LeftOut {
		left = append(left, l.Name+" "+l.Why)
	}
	for k, want := range []string{"id is the name or number of a row", "x is grid in A and category in B", "unit is written otherwise in b: "} {
		if k >= len(left) || !strings.HasPrefix(left[k], want) {
			t.Errorf("left out: %q, want %q", left, want)
		}
	}
	if c := columnOf(t, r, "kind"); !c.Moved || len(c.Gone) != 2 || len(c.New) != 40 {
		t.Errorf("kind: %+v", c)
	}
	if c := columnOf(t, r, "fixed"); !c.Moved || !slices.Equal(c.New, []string{"w"}) {
		t.Errorf("fixed: %+v", c)
	}
	if c := columnOf(t, r, "void"); !c.Moved || c.Missing != [2]float64{1, 0} || c.Note == "" {
		t.Errorf("void: %+v", c)
	}
	if c := columnOf(t, r, "sum"); !c.Moved || !strings.Contains(c.Note, "made of other columns (= ") {
		t.Errorf("sum: %+v", c)
	}
	if len(r.Oddities()) < 2 {
		t.Errorf("oddities: %q", r.Oddities())
	}
}

// TestFewNumbers: a column of 0 and 1 in one table and of more numbers in the other is compared as numbers; a column with a
// single value may be empty or have another value in the other table.
func TestFewNumbers(t *testing.T) {
	a, b := &table{names: []string{"n", "flag", "one", "word", "both"}}, &table{names: []string{"n", "flag", "one", "word", "both"}}
	for i := range 200 {
		a.add(i%2, i%2, 5, "w", 3)
		b.add(i%5, i%2, "", "", 4)
	}
	r := compare(t, a, b, drift.Config{Draws: 99})
	if len(r.Columns) != 5 || len(r.LeftOut) > 0 {
		t.Fatalf("left out: %+v", r.LeftOut)
	}
	for name, want := range map[string]string{"n": "median 1 → 2", "flag": "", "one": "missing 0 % → 100 %", "word": "missing 0 % → 100 %", "both": "median 3 → 4"} {
		if c := columnOf(t, r, name); c.How != want || c.Moved != (want != "") {
			t.Errorf("%s: %+v, want %q", name, c, want)
		}
	}
}

// TestEvenly: a long table is represented by some of its rows, drawn from all of it; the same seed draws the same rows.
func TestEvenly(t *testing.T) {
	a, b := &table{names: []string{"x", "c"}}, &table{names: []string{"x", "c"}}
	for i := range 4000 {
		a.add(float64(i)+0.5, "s")
		b.add(float64(3999-i)+0.5, "s")
	}
	c := drift.Config{Rows: 300, Draws: 99, Seed: 4}
	r := compare(t, a, b, c)
	if r.Tables != [2]drift.Side{{Rows: 4000, Kept: 300}, {Rows: 4000, Kept: 300}} || r.P < 0.01 {
		t.Errorf("%+v, p = %g", r.Tables, r.P)
	}
	if q := columnOf(t, r, "x").Quantiles[0]; q[0] > 500 || math.Abs(q[2]-2000) > 500 || q[4] < 3500 {
		t.Errorf("quantiles %v of 0 to 4000", q)
	}
	if again := compare(t, a, b, c); !reflect.DeepEqual(r, again) {
		t.Error("the same seed has another result")
	}
}

func TestErrors(t *testing.T) {
	ctx := context.Background()
	good := &table{names: []string{"x"}, rows: [][]string{{"1"}, {"2"}, {"3"}}}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	var empty *drift.EmptyError
	var incomparable *drift.IncomparableError
	var schema *columns.SchemaError
	for name, test := range map[string]struct {
		ctx    context.Context
		a, b   drift.Table
		c      drift.Config
		target any
		text   string
	}{
		"nothing":  {ctx, drift.Table{}, drift.Table{}, drift.Config{}, nil, "want a context and two tables"},
		"draws":    {ctx, good.side(""), good.side(""), drift.Config{Draws: 3}, nil, "Draws = 3, want 19 to"},
		"level":    {ctx, good.side(""), good.side(""), drift.Config{Level: 1.5}, nil, "Level = 1.5, want"},
		"canceled": {canceled, good.side(""), good.side(""), drift.Config{}, nil, "canceled"},
		"empty":    {ctx, good.side("good"), (&table{names: []string{"x"}}).side("none"), drift.Config{}, &empty, "none: it has no row"},
		"disjoint": {ctx, good.side(""), (&table{names: []string{"y"}, rows: [][]string{{"1"}, {"2"}}}).side(""), drift.Config{}, &incomparable, `only A has "x"; only B has "y"`},
		"schema": {ctx, drift.Table{Rows: good, Schema: &columns.Schema{Columns: []columns.Column{{Name: "z", Kind: columns.Numbers}}}}, good.side(""), drift.Config{},
			&schema, `column "z": is not in A`},
	} {
		_, err := drift.Compare(test.ctx, test.a, test.b, test.c)
		if err == nil || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: %v, want %q", name, err, test.text)
		}
		if test.target != nil && !errors.As(err, test.target) {
			t.Errorf("%s: %T, want %T", name, err, test.target)
		}
	}
}

// TestWide: if there are more columns than are compared in pairs, the result says which pairs were compared.
func TestWide(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	a := &table{}
	for j := range 130 {
		a.names = append(a.names, fmt.Sprint("x", j))
	}
	for range 80 {
		row := make([]any, len(a.names))
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		a.add(row...)
	}
	odd := compare(t, a, a, drift.Config{Draws: 99}).Oddities()
	if want := "of the 8385 pairs of columns 4950 were looked at: those of the 100 columns that depend most on others"; !slices.Equal(odd, []string{want}) {
		t.Errorf("oddities: %q, want %q", odd, want)
	}
}
