package sketch_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"gaussflow/sketch"
)

// columns have many shapes: smooth, heavy tails, few distinct values, modes far apart, and values in ascending order.
func columns(n int) map[string][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	out := map[string][]float64{}
	for name, draw := range map[string]func(i int) float64{
		"normal":    func(int) float64 { return rng.NormFloat64() },
		"cauchy":    func(int) float64 { return rng.NormFloat64() / rng.NormFloat64() },
		"grid":      func(int) float64 { return float64(rng.IntN(20)) },
		"constant":  func(int) float64 { return 0.1 },
		"far modes": func(i int) float64 { return 1e6*float64(i%2) + rng.NormFloat64() },
		"ascending": func(i int) float64 { return float64(i) },
		"outlier":   func(i int) float64 { return rng.Float64() + 1e9*float64(max(0, i-n+2)) },
	} {
		v := make([]float64, n)
		for i := range v {
			v[i] = draw(i)
		}
		out[name] = v
	}
	return out
}

// TestRanks: whatever the values and however they were merged, the true rank of a value lies in the interval, the interval is
// narrow, and the moments are those of all.
func TestRanks(t *testing.T) {
	const n = 20000
	for name, values := range columns(n) {
		var whole sketch.Column
		parts := make([]sketch.Column, 7)
		for i, v := range values {
			if err := parts[i%7].Add(v); err != nil {
				t.Fatal(err)
			}
		}
		for i := range parts {
			if err := whole.Merge(&parts[i]); err != nil {
				t.Fatal(err)
			}
		}
		sorted, worst := slices.Sorted(slices.Values(values)), whole.Error()
		for i := 0; i < n; i += 53 {
			v := sorted[i]
			atMost, _ := slices.BinarySearchFunc(sorted, v, func(x, v float64) int {
				if x <= v {
					return -1
				}
				return 1
			})
			low, high := whole.Rank(v)
			if truth := float64(atMost) / n; truth < low-1e-12 || truth > high+1e-12 {
				t.Errorf("%s: the rank of %v is %v, not in [%v, %v]", name, v, truth, low, high)
			}
			if (high-low)/2 > worst+1e-12 {
				t.Errorf("%s: at %v the interval is %v wide, more than twice the error %v", name, v, high-low, worst)
			}
		}
		if worst > 0.004 {
			t.Errorf("%s: error %v, want at most 0.004", name, worst)
		}
		mean, std := stat.PopMeanStdDev(values, nil)
		if math.Abs(whole.Mean()-mean) > 1e-9*(1+math.Abs(mean)) || math.Abs(whole.StdDev()-std) > 1e-9*(std+1e-6) || whole.Count() != n {
			t.Errorf("%s: mean %v, deviation %v of %d, want %v, %v of %d", name, whole.Mean(), whole.StdDev(), whole.Count(), mean, std, n)
		}
		if whole.Quantile(0) != sorted[0] || whole.Quantile(1) != sorted[n-1] {
			t.Errorf("%s: ends %v, %v; want %v, %v", name, whole.Quantile(0), whole.Quantile(1), sorted[0], sorted[n-1])
		}
	}
}

// TestNormalScores: quantiles of a normal column are the column's own to a hundredth of a standard deviation, out to the fourth.
func TestNormalScores(t *testing.T) {
	values := columns(200000)["normal"]
	var c sketch.Column
	if err := c.Add(values...); err != nil {
		t.Fatal(err)
	}
	slices.Sort(values)
	for _, p := range []float64{1e-5, 1e-3, 0.02, 0.3, 0.5, 0.8, 0.999, 1 - 1e-5} {
		if got, want := c.Quantile(p), values[int(p*200000)]; math.Abs(got-want) > 0.01 {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
	few, err := c.Values(100)
	if err != nil || len(few) != 100 || !slices.IsSorted(few) {
		t.Errorf("100 values: %v, %v", few, err)
	}
	raw, err := c.MarshalBinary()
	if err != nil || len(raw) > 32*10000 {
		t.Errorf("%d bytes, %v; want at most 320000", len(raw), err)
	}
}

// TestSmall: a column of few values is kept exactly.
func TestSmall(t *testing.T) {
	var c sketch.Column
	if !math.IsNaN(c.Quantile(0.5)) || !math.IsNaN(c.Mean()) || c.Count() != 0 {
		t.Error("an empty Column has quantiles")
	}
	if err := c.Add(3, 1, 2); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.Values(3); !slices.Equal(got, []float64{1, 2, 3}) {
		t.Errorf("values %v, want 1 2 3", got)
	}
	if low, high := c.Rank(2); low != 2.0/3 || high != 2.0/3 {
		t.Errorf("the rank of 2 is [%v, %v], want two thirds", low, high)
	}
	if c.Add(1, math.NaN()) == nil || c.Count() != 3 || c.Merge(&c) == nil || c.Merge(nil) == nil {
		t.Error("NaN, the Column itself or nil was taken in")
	}
}

// TestBytes: a Column that is written as bytes and read again is the same, and damaged bytes are an error.
func TestBytes(t *testing.T) {
	for name, values := range columns(20000) {
		c, err := sketch.New(200)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Add(values...); err != nil {
			t.Fatal(err)
		}
		raw, err := c.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back sketch.Column
		if err := back.UnmarshalBinary(raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, _ := back.MarshalBinary(); !bytes.Equal(raw, again) {
			t.Errorf("%s: the bytes differ after a round trip", name)
		}
		for i := 0; i < len(raw); i += 131 {
			if back.UnmarshalBinary(raw[:i]) == nil {
				t.Errorf("%s: %d of %d bytes are taken", name, i, len(raw))
			}
		}
	}
	if new(sketch.Column).UnmarshalBinary([]byte("gaussflow.sketch.1")) == nil {
		t.Error("a head alone is taken")
	}
}
