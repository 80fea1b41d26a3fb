package initializers_test

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

	"gaussflow/graph"
	"gaussflow/initializers"
)

// inBatches yields x so many rows at a time, then err.
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
		m, err := initializers.MomentsOf(inBatches(x, size, nil))
		if err != nil {
			t.Fatal(err)
		}
		if m.Rows != n {
			t.Errorf("%d rows, want %d", m.Rows, n)
		}
		for j, got := range m.StdDev() {
			mean, std := stat.PopMeanStdDev(mat.Col(nil, j, x), nil)
			if j == 3 { // the sum of two passes is off by a rounding, one pass is not
				mean, std = 0.1, 0
			}
			if math.Abs(m.Mean[j]-mean) > 1e-14*math.Abs(mean)+1e-15*std || math.Abs(got-std) > 1e-7*std {
				t.Errorf("column %d: mean %v, deviation %v; want %v, %v", j, m.Mean[j], got, mean, std)
			}
		}
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
		_, err := initializers.MomentsOf(batches)
		var domain *graph.DomainError
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("error %v, want one about %s", err, words)
		}
		if strings.Contains(words, "column") != errors.As(err, &domain) {
			t.Errorf("error %v is a DomainError, or is not", err)
		}
	}
}
