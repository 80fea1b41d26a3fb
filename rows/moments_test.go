package rows_test

import (
	"errors"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/rows"
)

// inBatches yields the rows of x, some at a time, and at the end err.
func inBatches(x *mat.Dense, size int, err error) iter.Seq2[*mat.Dense, error] {
	return func(yield func(*mat.Dense, error) bool) {
		n, d := x.Dims()
		for lo := 0; lo < n; lo += size {
			if !yield(x.Slice(lo, min(lo+size, n), 0, d).(*mat.Dense), nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// TestMoments against gonum's two passes, also where Σx² would cancel: a mean of 10⁹ standard deviations.
func TestMoments(t *testing.T) {
	const n = 1001
	rng := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(n, 4, nil)
	for i := range n {
		x.SetRow(i, []float64{rng.NormFloat64(), 1e9 + rng.NormFloat64(), 1e-200 * rng.Float64(), 0.1})
	}
	for _, size := range []int{1, 100, n} {
		m, err := rows.MomentsOf(inBatches(x, size, nil))
		if err != nil {
			t.Fatal(err)
		}
		if m.Rows != n {
			t.Errorf("%d rows, want %d", m.Rows, n)
		}
		for j, got := range m.StdDev() {
			mean, std := stat.PopMeanStdDev(mat.Col(nil, j, x), nil)
			if j == 2 { // whose squares underflow
				large := mat.NewVecDense(n, nil)
				large.ScaleVec(0x1p660, x.ColView(j))
				std = stat.PopStdDev(large.RawVector().Data, nil) * 0x1p-660
			}
			if j == 3 { // the sum of two passes is off by a rounding, one pass is not
				mean, std = 0.1, 0
			}
			if math.Abs(m.Mean[j]-mean) > 1e-14*math.Abs(mean)+1e-15*std || math.Abs(got-std) > 1e-7*std {
				t.Errorf("column %d: mean %v, deviation %v; want %v, %v", j, m.Mean[j], got, mean, std)
			}
		}
	}
}

// TestMeanStd does not depend on the unit, nor on a constant's value, nor on how few the digits of a spread are.
func TestMeanStd(t *testing.T) {
	for _, unit := range []float64{0x1p-1000, 1e-200, 1e-155, 1, 1e155, 1e300} {
		mean, std := rows.MeanStd([]float64{1 * unit, 2 * unit, 3 * unit, 6 * unit})
		if math.Abs(mean/unit-3) > 1e-15*3 || math.Abs(std/unit-math.Sqrt(3.5)) > 1e-15*2 {
			t.Errorf("unit %g: mean %g, deviation %g units, want 3 and √3.5", unit, mean/unit, std/unit)
		}
		if mean, std := rows.MeanStd([]float64{0.1 * unit, 0.1 * unit, 0.1 * unit}); mean != 0.1*unit || std != 0 {
			t.Errorf("three times %g: mean %g, deviation %g", 0.1*unit, mean, std)
		}
	}
	ulp := math.Nextafter(3.3, 4) - 3.3
	if _, std := rows.MeanStd([]float64{3.3, 3.3 + ulp, 3.3 + 2*ulp, 3.3 + ulp}); math.Abs(std/ulp-math.Sqrt(0.5)) > 1e-15 {
		t.Errorf("deviation of %g steps, want √½", std/ulp)
	}
	if _, std := rows.MeanStd([]float64{1e15, 1e15 + 2}); std != 1 {
		t.Errorf("an offset of 1e15: deviation %g, want 1", std)
	}
}

func TestBadMoments(t *testing.T) {
	x := mat.NewDense(5, 2, []float64{1, 2, 3, 4, 5, 6, 7, math.NaN(), 9, 10})
	two := func(yield func(*mat.Dense, error) bool) {
		_ = yield(x.Slice(0, 3, 0, 2).(*mat.Dense), nil) && yield(mat.NewDense(1, 3, nil), nil)
	}
	for words, batches := range map[string]iter.Seq2[*mat.Dense, error]{
		"the batches are nil":        nil,
		"no batches":                 func(func(*mat.Dense, error) bool) {},
		"row 3, column 1 (from 0)":   inBatches(x, 2, nil),
		"unexpected EOF":             inBatches(x.Slice(0, 3, 0, 2).(*mat.Dense), 2, io.ErrUnexpectedEOF),
		"got 1×3":                    two,
		"batch: got 0×0, want shape": func(yield func(*mat.Dense, error) bool) { yield(nil, nil) },
	} {
		_, err := rows.MomentsOf(batches)
		var domain *rows.DomainError
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("error %v, want one about %s", err, words)
		}
		if strings.Contains(words, "column") != errors.As(err, &domain) {
			t.Errorf("error %v is a DomainError, or is not", err)
		}
	}
}
