package tabular_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/errtest"
	"gaussflow/tabular"
)

// set returns a copy of x with column j replaced.
func set(x *mat.Dense, column int, value func(i int) float64) *mat.Dense {
	y := mat.DenseCopyOf(x)
	n, _ := y.Dims()
	for i := range n {
		y.Set(i, column, value(i))
	}
	return y
}

func TestConstantColumn(t *testing.T) {
	x := set(curve(200, 3, 1), 1, func(int) float64 { return 7 })
	_, err := tabular.Fit(context.Background(), names(3), x, quick)
	errtest.Says(t, err, "constant", "x1", "DropConstant")
	var constant *tabular.ConstantError
	if !errors.As(err, &constant) || !slices.Equal(constant.Columns, []string{"x1"}) {
		t.Errorf("%v is no ConstantError about x1", err)
	}
	c := quick
	c.DropConstant = true
	m := fit(t, x, c)
	if w := warning(m, tabular.ConstantColumns); w == nil || !slices.Equal(w.Columns, []string{"x1"}) {
		t.Errorf("warnings %v, want one about x1", m.Warnings)
	}
	if m.Flow.Dim() != 2 || len(logProb(t, m, x)) != 200 {
		t.Errorf("the flow has %d columns, want 2", m.Flow.Dim())
	}
	rows, err := m.Sample(5, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, d := rows.Dims(); d != 3 || rows.At(4, 1) != 7 {
		t.Errorf("samples %v, want three columns, the second 7", mat.Formatted(rows))
	}
	_, err = tabular.Fit(context.Background(), names(1), mat.NewDense(5, 1, []float64{1, 1, 1, 1, 1}), c)
	errtest.Says(t, err, "constant", "varies")
}

// TestIntegerColumn: with noise of one quantum exp(log p) is a probability, so log p of a fair die is −log 6.
func TestIntegerColumn(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	x := mat.NewDense(3000, 1, nil)
	for i := range 3000 {
		x.Set(i, 0, float64(1+rng.IntN(6)))
	}
	m := fit(t, x, tabular.Config{Epochs: 10, Workers: 1})
	column := m.Columns[0]
	if !column.Integer || column.Quantum != 1 || column.Distinct != 6 || m.Quanta[0] != 1 {
		t.Errorf("column %+v, quanta %v: want 6 integers a quantum of 1 apart", column, m.Quanta)
	}
	if w := warning(m, tabular.IntegerColumns); w == nil || !slices.Equal(w.Columns, []string{"x0"}) {
		t.Errorf("warnings %v, want one about x0", m.Warnings)
	}
	for i, lp := range logProb(t, m, mat.NewDense(6, 1, []float64{1, 2, 3, 4, 5, 6})) {
		if math.Abs(lp+math.Log(6)) > 0.25 {
			t.Errorf("log p(%d) = %.3f, want −log 6 = %.3f", i+1, lp, -math.Log(6))
		}
	}
	if m = fit(t, x, tabular.Config{Epochs: 1, Workers: 1, Dequantize: tabular.DequantizeNone}); m.Quanta[0] != 0 {
		t.Errorf("quanta %v without dequantization", m.Quanta)
	}
}

// TestTiedColumn: many zeros among continuous values have no grid; the model names the column, and its density stays finite.
func TestTiedColumn(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	x := set(curve(500, 2, 2), 1, func(int) float64 { return max(0, rng.NormFloat64()) })
	m := fit(t, x, quick)
	if w := warning(m, tabular.TiedColumns); w == nil || !slices.Equal(w.Columns, []string{"x1"}) {
		t.Errorf("warnings %v, want one about x1", m.Warnings)
	}
	if w := warning(m, tabular.IntegerColumns); w != nil {
		t.Errorf("unwanted warning %v", w)
	}
	if top := slices.Max(logProb(t, m, x)); !(top < 5) {
		t.Errorf("log p reaches %v, want the noise to bound it", top)
	}
}

func TestDecimalGrid(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	x := set(curve(500, 2, 3), 0, func(int) float64 { return 0.1 * float64(rng.IntN(30)) })
	if m := fit(t, x, quick); math.Abs(m.Quanta[0]-0.1) > 1e-9 || m.Columns[0].Integer {
		t.Errorf("quanta %v, want a tenth first", m.Quanta)
	}
}

func TestFewRows(t *testing.T) {
	m := fit(t, curve(4, 3, 4), quick)
	if w := warning(m, tabular.FewRows); w == nil {
		t.Errorf("warnings %v, want one about few rows", m.Warnings)
	}
	if m.Training.Rows != 3 || m.Training.ValidationRows != 1 || m.Training.ReferenceRows != 2 {
		t.Errorf("training %+v, want 3 rows, 1 to validate, that one and a part of the others for reference", m.Training)
	}
}

// TestSpreads: the density is that of the values in whatever unit, and a column whose values differ only by rounding is a constant.
func TestSpreads(t *testing.T) {
	x := curve(600, 2, 3)
	c := quick
	c.Dtype = "float64"
	want := fit(t, x, c).Training.LogLikelihood
	small := set(x, 1, func(i int) float64 { return 0x1p-664 * x.At(i, 1) })
	if m := fit(t, small, c); math.Abs(m.Training.LogLikelihood-want-664*math.Ln2) > 0.05 {
		t.Errorf("mean log p %g in units of 2⁶⁶⁴, want %g more than %g", m.Training.LogLikelihood, 664*math.Ln2, want)
	}
	ulp := math.Nextafter(3.3, 4) - 3.3
	rounded := set(x, 1, func(i int) float64 { return 3.3 + float64(i%3)*ulp })
	_, err := tabular.Fit(context.Background(), names(2), rounded, c)
	errtest.Says(t, err, "constant", "x1")
	c.DropConstant = true
	m := fit(t, rounded, c)
	if w := warning(m, tabular.ConstantColumns); w == nil || !slices.Equal(w.Columns, []string{"x1"}) {
		t.Errorf("warnings %v, want one about x1", m.Warnings)
	}
	drawn, err := m.Sample(5, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if v := drawn.At(0, 1); math.Abs(v-3.3) > 2*ulp {
		t.Errorf("a sample is %v in the constant column, want 3.3", v)
	}
}

// TestOffsets: for numbers far from zero, which float64 spaces widely, the density sums to 1 over all numbers that exist,
// each weighted by the spacing: to 1e-3 if the standard deviation is at least eight spacings, and to some percents below
// that, where no smooth density can do better.
func TestOffsets(t *testing.T) {
	for name, c := range map[string]struct{ offset, spread, within float64 }{
		"1e15":           {1e15, 1, 1e-3},
		"-1e15":          {-1e15, 4, 1e-3},
		"narrow":         {1e15, 0.4, 0.02},
		"wide, integers": {1 << 52, 300, 1e-3},
		"near 3.3":       {3.3, 1.3e-15, 0.05},
		"tiny":           {3e-285, 4e-300, 1e-3},
	} {
		rng := rand.New(rand.NewPCG(7, 7))
		x := set(mat.NewDense(2000, 1, nil), 0, func(int) float64 { return c.offset + c.spread*rng.NormFloat64() })
		m := fit(t, x, tabular.Config{Epochs: 20, Workers: 1})
		var at, width []float64
		for v := c.offset - 15*c.spread; v <= c.offset+15*c.spread; {
			next := math.Nextafter(v, math.Inf(1))
			at, width = append(at, v), append(width, next-v)
			v = next
		}
		total := 0.0
		for i, lp := range logProb(t, m, mat.NewDense(len(at), 1, at)) {
			total += math.Exp(lp + math.Log(width[i]))
		}
		if math.Abs(total-1) > c.within {
			t.Errorf("%s: p adds up to %.5f over %d numbers, want 1", name, total, len(at))
		}
		if got, want := m.Training.LogLikelihood, -0.5*math.Log(2*math.Pi*math.E)-math.Log(c.spread); math.Abs(got-want) > 0.15 {
			t.Errorf("%s: mean log p %.3f, want about %.3f", name, got, want)
		}
	}
}

// TestNoDigits: columns that cannot be standardized in the requested dtype are an error that names them.
func TestNoDigits(t *testing.T) {
	x := curve(200, 2, 5)
	c := quick
	c.Dtype = "float32"
	_, err := tabular.Fit(context.Background(), names(2), set(x, 1, func(i int) float64 { return 1e9 + x.At(i, 1) }), c)
	errtest.Says(t, err, "x1", "64 apart", "float64")
	_, err = tabular.Fit(context.Background(), names(2), set(x, 1, func(i int) float64 { return 1e-310 * x.At(i, 1) }), quick)
	errtest.Says(t, err, "x1", "larger numbers")
}
