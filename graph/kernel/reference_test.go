package kernel

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
)

// The tables in testdata come from mpmath at 50 digits: `python3 testdata/reference.py`.
func table(t *testing.T, name string) (rows [][]float64) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		row := make([]float64, len(record))
		for j, cell := range record {
			if row[j], err = strconv.ParseFloat(cell, 64); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// near reports whether got is want within tol relative to max(|want|, floor).
func near(got, want, tol, floor float64) bool {
	return got == want || math.Abs(got-want) <= tol*math.Max(math.Abs(want), floor)
}

func TestLogCDFAgainstReference(t *testing.T) {
	for _, row := range table(t, "log_cdf.csv") {
		if got := LogCDF(row[0]); !near(got, row[1], 1e-13, 0) {
			t.Errorf("LogCDF(%v) = %v, want %v (relative error %.1e)", row[0], got, row[1], got/row[1]-1)
		}
	}
}

func TestQuantileAgainstReference(t *testing.T) {
	for _, row := range table(t, "quantile.csv") {
		if got := Quantile(row[0]); !near(got, row[1], 1e-13, 0) {
			t.Errorf("Quantile(%v) = %v, want %v (relative error %.1e)", row[0], got, row[1], got/row[1]-1)
		}
	}
}

func TestNormalEdges(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"LogCDF(-Inf)", LogCDF(-inf), -inf},
		{"LogCDF(+Inf)", LogCDF(inf), 0},
		{"LogCDF(-1e200)", LogCDF(-1e200), -inf},
		{"Quantile(-Inf)", Quantile(-inf), -inf},
		{"Quantile(0)", Quantile(0), inf},
		{"CDF(-Inf)", CDF(-inf), 0},
		{"CDF(+Inf)", CDF(inf), 1},
		{"LogCDFSlope(100)", LogCDFSlope(100), 0},
		{"LogCDFSlope(-1e9)", LogCDFSlope(-1e9), 1e9},
	} {
		if c.got != c.want && !near(c.got, c.want, 1e-15, 0) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	if !math.IsNaN(LogCDF(math.NaN())) || !math.IsNaN(Quantile(math.NaN())) {
		t.Error("NaN did not stay NaN")
	}
}

// TestMixtureAgainstReference checks z, the log slope and every derivative: in both tails, in deserts between peaks where f
// underflows, with weights of e^−800, over the whole range of float64 of x and of scales, and with components that differ
// only in their means.
func TestMixtureAgainstReference(t *testing.T) {
	for _, name := range []string{"mixture.csv", "mixture_wide.csv"} {
		for i, row := range table(t, name) {
			t.Run(fmt.Sprintf("%s line %d", name, i+2), func(t *testing.T) { checkMixture(t, row) })
		}
	}
}

func checkMixture(t *testing.T, row []float64) {
	m := NewMixture(3)
	SetMixture(m, row[1:4], row[4:7], row[7:10])
	z, logSlope := m.At(row[0])
	checkMapped(t, row, z, logSlope, m.invScale, math.Exp(logSlope), func(gz, gl float64, g []float64) (gx float64) {
		return MixtureBackward(m, gz, gl, g[0:3], g[3:6], g[6:9])
	})
}

// checkMapped compares z, the log slope and the derivatives of both that a mixture gives at a row's x with the numbers in
// the row. means and x are the sizes of the terms whose sums are the derivatives in the means and in x; they bound the
// rounding errors.
func checkMapped(t *testing.T, row []float64, z, logSlope float64, means []float64, x float64, backward func(gz, gl float64, g []float64) (gx float64)) {
	t.Helper()
	names := []string{"l1", "l2", "l3", "m1", "m2", "m3", "s1", "s2", "s3", "x"}
	if !near(z, row[10], 1e-14, 1) {
		t.Errorf("z(%v) = %v, want %v", row[0], z, row[10])
	}
	if !near(logSlope, row[11], 1e-13, 1) {
		t.Errorf("log slope(%v) = %v, want %v", row[0], logSlope, row[11])
	}
	for i, want := range [][]float64{row[12:22], row[22:32]} {
		got := make([]float64, 10)
		got[9] = backward(float64(1-i), float64(i), got)
		for j := range got {
			size := 1.0 // the size of the terms of the sum, which bounds its rounding error: 1/σ for a mean; a share of the density below e^−745 is 0
			switch {
			case j == 9:
				size = x
			case j >= 3 && j < 6:
				size = max(means[j-3], 1e-150*math.Exp(logSlope))
			}
			if !near(got[j], want[j], 2e-13, size) {
				t.Errorf("x = %v: ∂(%s)/∂%s = %v, want %v", row[0], [...]string{"z", "log slope"}[i], names[j], got[j], want[j])
			}
		}
	}
}

// TestMixtureLinearEqualsLog checks the sums of probabilities against the sums of their logarithms, which define the result.
func TestMixtureLinearEqualsLog(t *testing.T) {
	m := NewMixture(3)
	for _, row := range table(t, "mixture.csv") {
		SetMixture(m, row[1:4], row[4:7], row[7:10])
		z, logSlope := m.At(row[0])
		fast := append(append([]float64{z, logSlope, m.millsZ}, m.density...), m.cumulative...)
		z, logSlope = m.atLog()
		if math.Abs(z) < 1e-12 {
			continue // at the median either tail may be taken for the smaller one
		}
		slow := append(append([]float64{z, logSlope, m.millsZ}, m.density...), m.cumulative...)
		for i := range fast {
			if !near(fast[i], slow[i], 1e-13, 1) {
				t.Errorf("x = %v, value %d: linear %v, log form %v", row[0], i, fast[i], slow[i])
			}
		}
	}
}

func TestMixtureInverse(t *testing.T) {
	m := NewMixture(3)
	for _, row := range table(t, "mixture.csv") {
		SetMixture(m, row[1:4], row[4:7], row[7:10])
		z, logSlope := m.At(row[0])
		x, _ := m.Inverse(z)
		// z is known to an ulp, so x is known to an ulp of z over the slope; where the slope has
		// underflowed (the desert) any x of the plateau is right, and z(x) is what must agree
		tol := 1e-14*math.Max(1, math.Abs(row[0])) + 8*ulp(z)*math.Exp(-logSlope)
		if zx, _ := m.At(x); math.Abs(x-row[0]) > tol && zx != z {
			t.Errorf("Inverse(z(%v)) = %v, off by %.1e, tolerance %.1e", row[0], x, x-row[0], tol)
		}
	}
}

// ulp is the spacing of float64 at x, never below the smallest normal number.
func ulp(x float64) float64 { return math.Max(math.Abs(x)*0x1p-52, 0x1p-1022) }
