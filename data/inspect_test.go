package data_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

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
		return []any{v, rng.IntN(10), 2*rng.IntN(30) + 7, float64(rng.IntN(4000)) / 100, zeros, 2.5, []float64{0.1, 0.31, 0.7}[rng.IntN(3)]}
	})
	report, err := data.Inspect(open(t, write(t, "t.csv", content), data.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		constant, tied, integer bool
		quantum                 float64
	}{
		{quantum: 0},
		{tied: true, integer: true, quantum: 1},
		{tied: true, integer: true, quantum: 2},
		{quantum: 0.01},
		{tied: true},
		{constant: true},
		{tied: true, quantum: 0.03},
	} {
		c := report.Columns[i]
		if c.Constant() != want.constant || c.Tied() != want.tied || c.Integer != want.integer || c.Quantum != want.quantum || !c.Exact || c.Count != n {
			t.Errorf("%s: constant %v, tied %v, integer %v, quantum %v; %+v, want %+v", c.Name, c.Constant(), c.Tied(), c.Integer, c.Quantum, c, want)
		}
	}
	c := report.Columns[0]
	mean, std := stat.PopMeanStdDev(normal, nil)
	if math.Abs(c.Mean-mean) > 1e-14 || math.Abs(c.Std-std) > 1e-14 || c.Distinct != n {
		t.Errorf("mean %v std %v distinct %d, want %v %v %d", c.Mean, c.Std, c.Distinct, mean, std, n)
	}
	if zeros := report.Columns[4]; zeros.Top != 0 || math.Abs(zeros.TopShare-0.6665) > 1e-9 {
		t.Errorf("most frequent %v in %v", zeros.Top, zeros.TopShare)
	}
	if w := report.Warnings(); len(w) != 4 || !strings.HasPrefix(w[0], `column "code" is integer-coded (10 distinct values in 2000 rows;`) {
		t.Errorf("warnings: %q", w)
	}
	wantError(t, report.Check(), `data: t.csv: constant columns have no density (they can be left out: drop constant): column "same" is always 2.5`)
}

// TestInspectBad: the errors of Check, and what Prepare leaves.
func TestInspectBad(t *testing.T) {
	path := write(t, "t.csv", []byte("a,b,c,d\n1,NA,x,5\n2,,y,5\nz,3,v,5\n4,4,w,5\n5,4,w,5\n6,1,1,5\n"))
	_, report, err := data.Prepare(open(t, path, data.Options{}))
	wantError(t, err, `data: t.csv: columns of categories are not supported, leave them out: column "c" has 5, the first in row 1 (line 2): "x" are not numbers`+
		"\n"+`data: t.csv: constant columns have no density (they can be left out: drop constant): column "d" is always 5`)
	var category *data.CategoryError
	var constant *data.ConstantError
	if !errors.As(err, &category) || !errors.As(err, &constant) || report.Rows != 6 {
		t.Errorf("%T, %+v", err, report)
	}
	_, _, err = data.Prepare(open(t, path, data.Options{Except: []string{"c"}, DropConstant: true}))
	wantError(t, err, `data: t.csv: cells that are missing or not finite numbers, in 6 rows: column "a" has 1, the first in row 3 (line 4): "z"; column "b" has 2, the first in row 1 (line 2): "NA" (such rows can be left out: drop missing)`)
	f, report, err := data.Prepare(open(t, path, data.Options{Except: []string{"c"}, DropConstant: true, DropMissing: true}))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(f.Names()) != "[a b]" || report.Dropped != 3 || report.Columns[0].Count != 3 {
		t.Errorf("%v, %+v", f.Names(), report)
	}
	_, _, err = data.Prepare(open(t, write(t, "t.csv", []byte("a\n5\n5\n")), data.Options{DropConstant: true}))
	wantError(t, err, "data: t.csv: no column, want at least one")
	_, _, err = data.Prepare(open(t, write(t, "t.csv", []byte("a,b\n5,\n5,NA\n")), data.Options{DropMissing: true}))
	wantError(t, err, "data: t.csv: no row left: all 2 rows have missing cells")
}

// TestInspectManyValues: past the bound on distinct values the frequent ones are still found.
func TestInspectManyValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 150_000
	content := columnsCSV("late,cents", n, func(i int) []any {
		v := rng.Float64()
		if i > n/2 && i%5 == 0 {
			v = 0.25
		}
		return []any{v, float64(rng.IntN(10_000_000)) / 100}
	})
	report, err := data.Inspect(open(t, write(t, "t.csv", content), data.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	late, cents := report.Columns[0], report.Columns[1]
	if late.Exact || late.Top != 0.25 || late.TopShare < 0.0999 || late.TopShare > 0.1001 || !late.Tied() {
		t.Errorf("%+v", late)
	}
	if cents.Exact || cents.Quantum != 0.01 || cents.Distinct != 1<<16 {
		t.Errorf("%+v", cents)
	}
}

// TestDequantize: stream and table agree, rounding gives the data back, other seeds differ.
func TestDequantize(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	path := write(t, "t.csv", columnsCSV("x,code", 5000, func(i int) []any {
		if i%7 == 0 {
			return []any{"NA", 1}
		}
		return []any{rng.NormFloat64(), 3 * rng.IntN(5)}
	}))
	f, report, err := data.Prepare(open(t, path, data.Options{DropMissing: true}))
	if err != nil {
		t.Fatal(err)
	}
	q, err := report.Dequantizer(f.Names(), 11)
	if err != nil || q == nil || q.Quanta[0] != 0 || q.Quanta[1] != 3 {
		t.Fatalf("%+v, %v", q, err)
	}
	table, err := f.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	noisy, err := q.Table(table)
	if err != nil {
		t.Fatal(err)
	}
	source, err := q.Source(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := source.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	buf := make([]float64, 2*321)
	var noise []float64
	for i := 0; i < table.Rows(); {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		for k := range n {
			if buf[2*k] != table.X.At(i, 0) || buf[2*k+1] != noisy.X.At(i, 1) {
				t.Fatalf("row %d: stream %v, table %v", i, buf[2*k:2*k+2], noisy.X.RawRowView(i))
			}
			if got := 3 * math.Round(buf[2*k+1]/3); got != table.X.At(i, 1) {
				t.Fatalf("row %d rounds to %v, want %v", i, got, table.X.At(i, 1))
			}
			noise = append(noise, (buf[2*k+1]-table.X.At(i, 1))/3)
			i++
		}
	}
	mean, std := stat.PopMeanStdDev(noise, nil)
	if math.Abs(mean) > 0.02 || math.Abs(std-math.Sqrt(1.0/12)) > 0.01 {
		t.Errorf("noise has mean %v, std %v", mean, std)
	}
	lag := stat.Correlation(noise[1:], noise[:len(noise)-1], nil)
	if math.Abs(lag) > 0.06 {
		t.Errorf("noise of neighbours correlates: %v", lag)
	}
	if _, err = (&data.Dequantizer{Quanta: []float64{1}}).Table(table); err == nil {
		t.Error("a dequantizer of 1 column took 2")
	}
	if _, err = report.Dequantizer([]string{"none"}, 1); err == nil {
		t.Error("a column that is not in the report was taken")
	}
}
