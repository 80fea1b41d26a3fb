package bases_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
)

// TestQuantiles: the probability below a column's quantile is the p that was asked for.
func TestQuantiles(t *testing.T) {
	all := made(graph.Float64)
	cdf := func(name string, j int) func(float64) float64 {
		p := all[name].Params()
		switch name {
		case "standard normal":
			return distuv.UnitNormal.CDF
		case "uniform":
			c := all[name].(*bases.Uniform).Config()
			return distuv.Uniform{Min: c.Low[j], Max: c.High[j]}.CDF
		case "interval":
			mean, half := p[0].Values()[j], 40*math.Exp(p[1].Values()[j])
			return distuv.Uniform{Min: mean - half, Max: mean + half}.CDF
		case "normal":
			return distuv.Normal{Mu: p[0].Values()[j], Sigma: math.Exp(p[1].Values()[j])}.CDF
		}
		return distuv.StudentsT{Mu: p[0].Values()[j], Sigma: math.Exp(p[1].Values()[j]), Nu: 10 * math.Exp(p[2].Values()[j])}.CDF
	}
	for _, name := range []string{"standard normal", "uniform", "interval", "normal", "student t"} {
		perturb(t, all[name])
		for _, p := range [][]float64{{0.5, 0.5}, {0.01, 0.99}, {1e-6, 0.3}, {0.999, 1e-9}} {
			z, err := all[name].(bases.Quantiler).Quantile(p)
			if err != nil {
				t.Fatal(err)
			}
			for j := range p {
				if got := cdf(name, j)(z[j]); !(math.Abs(got-p[j]) <= 1e-9*p[j]+1e-16) {
					t.Errorf("%s, column %d: a share %v is below the quantile of %v", name, j, got, p[j])
				}
			}
		}
	}
	z, err := all["standard normal"].(bases.Quantiler).Quantile([]float64{0, 1})
	if err != nil || !math.IsInf(z[0], -1) || !math.IsInf(z[1], 1) {
		t.Errorf("the quantiles of 0 and 1 are %v (%v), want −Inf and +Inf", z, err)
	}
	if z, err := all["uniform"].(bases.Quantiler).Quantile([]float64{0, 1}); err != nil || z[0] != -9 || z[1] != 20 {
		t.Errorf("the quantiles of 0 and 1 are %v (%v), want the faces", z, err)
	}
}

// odd is a family without quantiles.
type odd struct{ bases.Family }

// TestBadQuantiles: a base or family without quantiles, and a p outside of [0, 1], are an error.
func TestBadQuantiles(t *testing.T) {
	all := made(graph.Float64)
	odd := errtest.Must(bases.NewIndependent(2, bases.IndependentConfig{Family: odd{bases.Normal{}}}))
	for name, c := range map[string]struct {
		base  bases.Base
		p     []float64
		words string
	}{
		"above one":   {all["normal"], []float64{0, 1.5}, "number 1 (from 0) is 1.5"},
		"NaN":         {all["uniform"], []float64{math.NaN(), 0}, "number 0 (from 0) is NaN"},
		"too few":     {all["standard normal"], []float64{0.5}, "1 numbers, want 2"},
		"a context":   {all["normal, conditional"], []float64{0.5, 0.5}, "2 numbers of context"},
		"another":     {odd, []float64{0.5, 0.5}, "FamilyQuantiler"},
		"not made":    {&bases.Independent{}, []float64{0.5}, "not made"},
		"not made, u": {&bases.Uniform{}, []float64{0.5}, "not made"},
	} {
		if _, err := c.base.(bases.Quantiler).Quantile(c.p); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.words)
		}
	}
	for _, f := range []bases.FamilyQuantiler{bases.Normal{}, bases.StudentT{}, bases.UniformInterval{}} {
		if v := f.Quantile(nil, 0.5); !math.IsNaN(v) {
			t.Errorf("%T without parts: %v, want NaN", f, v)
		}
	}
}
