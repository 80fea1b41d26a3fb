package initializers_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"gaussflow/initializers"
)

func fitted(t *testing.T, x []float64, c initializers.MixtureConfig) initializers.MixtureFit {
	t.Helper()
	fit, err := initializers.FitMixture(x, c)
	if err != nil {
		t.Fatal(err)
	}
	return fit
}

// TestFitMixtureIgnoresRounding: a column that two flows compute in different orders, so that its last digits differ, is fitted alike.
func TestFitMixtureIgnoresRounding(t *testing.T) {
	x := threeClusters(3000)
	rng, other := initializers.NewRand(5, 5), make([]float64, len(x))
	for i, v := range x {
		other[i] = v * (1 + 1e-15*rng.NormFloat64())
	}
	for _, k := range []int{1, 2, 8, 20} {
		c := initializers.MixtureConfig{Components: k}
		if a, b := fitted(t, x, c), fitted(t, other, c); !reflect.DeepEqual(a.Mixture, b.Mixture) {
			t.Errorf("K = %d: two fits of one column but for rounding:\n%v\n%v", k, a, b)
		}
	}
}

// TestFitMixtureOnAnyScale: a constant added to a column moves the fitted means by as much, and a factor multiplies means and scales.
func TestFitMixtureOnAnyScale(t *testing.T) {
	x := threeClusters(3000)
	want := fitted(t, x, initializers.MixtureConfig{}).LogLikelihood
	for _, scale := range []float64{1e-3, 1e6} {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = scale * (v + 1000)
		}
		fit := fitted(t, y, initializers.MixtureConfig{MinVariance: 1e-6 * scale * scale})
		if got := fit.LogLikelihood + math.Log(scale); math.Abs(got-want) > 5e-3 {
			t.Errorf("scale %g: mean log-likelihood %v, want %v", scale, got, want)
		}
	}
}

// TestFitMixtureReportsItsLikelihood computes the likelihood of the mixture afresh.
func TestFitMixtureReportsItsLikelihood(t *testing.T) {
	x := threeClusters(2000)
	fit := fitted(t, x, initializers.MixtureConfig{Components: 5})
	total := 0.0
	for _, v := range x {
		density := 0.0
		for k, mu := range fit.Means {
			d := (v - mu) / math.Exp(fit.LogScales[k])
			density += math.Exp(fit.Logits[k]-fit.LogScales[k]-0.5*d*d) / math.Sqrt(2*math.Pi)
		}
		total += math.Log(density)
	}
	if got := total / float64(len(x)); math.Abs(got-fit.LogLikelihood) > 1e-12 {
		t.Errorf("the mixture's mean log-likelihood is %v, the fit says %v", got, fit.LogLikelihood)
	}
}

func TestFitMixtureScaleBounds(t *testing.T) {
	c := initializers.MixtureConfig{MinScale: 0.2, MaxScale: 0.7}
	fit := fitted(t, threeClusters(2000), c)
	at := 0
	for _, s := range fit.LogScales {
		if s < math.Log(c.MinScale) || s > math.Log(c.MaxScale) {
			t.Errorf("log scale %v is out of [log %v, log %v]", s, c.MinScale, c.MaxScale)
		}
		if s == math.Log(c.MinScale) || s == math.Log(c.MaxScale) {
			at++
		}
	}
	if at == 0 || at != fit.AtBound {
		t.Errorf("AtBound = %d, but %d scales sit on a bound, want the same and some", fit.AtBound, at)
	}
}

// TestFitMixtureMonotone: more steps never fit worse.
func TestFitMixtureMonotone(t *testing.T) {
	x, last := threeClusters(5000), math.Inf(-1)
	for steps := 1; steps <= 40; steps++ {
		fit := fitted(t, x, initializers.MixtureConfig{MaxSteps: steps})
		if fit.LogLikelihood < last-1e-9 {
			t.Fatalf("%d steps: mean log-likelihood %v, after one less %v", steps, fit.LogLikelihood, last)
		}
		last = fit.LogLikelihood
	}
}

// TestFitMixtureNone: None in a config means no tolerance, no further starts and no moves, where zero means the defaults.
func TestFitMixtureNone(t *testing.T) {
	rng := initializers.NewRand(3, 3)
	x := make([]float64, 500)
	for i := range x {
		x[i] = rng.NormFloat64() + 4*float64(i%3)
	}
	c := initializers.MixtureConfig{Components: 3, MaxSteps: 200}
	usual := fitted(t, x, c)
	c.Tol = initializers.None
	if all := fitted(t, x, c); all.Converged || all.Steps < 199 || usual.Steps > 100 || all.LogLikelihood < usual.LogLikelihood-1e-9 {
		t.Errorf("without a tolerance: %d steps, converged: %v, log-likelihood %v; with one %d and %v", all.Steps, all.Converged, all.LogLikelihood, usual.Steps, usual.LogLikelihood)
	}
	c = initializers.MixtureConfig{Components: 3, Starts: initializers.None, Moves: initializers.None}
	a := fitted(t, x, c)
	c.Seed = 1
	if b := fitted(t, x, c); !slices.Equal(a.Means, b.Means) || !slices.Equal(a.LogScales, b.LogScales) {
		t.Error("without starts and moves, which draw, the seed matters")
	}
}
