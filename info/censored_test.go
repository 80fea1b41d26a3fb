package info

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/graph/kernel"
)

// TestCensored: values of a t with ν = 3, of which those beyond ±2.5 are only counted. The mixture fitted to them has the
// right density inside, also near the ends, and the right shares beyond.
func TestCensored(t *testing.T) {
	const n, end = 40000, 2.5
	law := distuv.StudentsT{Sigma: 1, Nu: 3, Src: rand.New(rand.NewPCG(1, 1))}
	c := censoredValues{lo: -end, hi: end}
	for range n {
		switch v := law.Rand(); {
		case v < -end:
			c.below++
		case v > end:
			c.above++
		default:
			c.inside = append(c.inside, v)
		}
	}
	m, components, err := c.likeliest(false)
	if err != nil || components < 2 {
		t.Fatalf("%d components, error %v", components, err)
	}
	below, above := c.logBeyond(m)
	for _, share := range []float64{below, above} {
		if want := law.CDF(-end); math.Abs(math.Exp(share)-want) > 4*math.Sqrt(want/n) {
			t.Errorf("a share of %.4f beyond an end, want %.4f", math.Exp(share), want)
		}
	}
	logDensity := func(v float64) float64 { z, slope := m.At(v); return slope + kernel.LogPDF(z) }
	for v := -end; v <= end; v += end / 10 {
		if off := logDensity(v) - law.LogProb(v); math.Abs(off) > 0.08 {
			t.Errorf("log-density at %.2f off by %+.3f", v, off)
		}
	}
}

// TestAllKnown: if no value is beyond the ends, the mixture is that of a fit to all values.
func TestAllKnown(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := censoredValues{lo: -5, hi: 5}
	for range 1000 {
		c.inside = append(c.inside, rng.NormFloat64())
	}
	m, components, err := c.likeliest(false)
	if err != nil || components != 1 {
		t.Fatalf("%d components, error %v; want one", components, err)
	}
	if z, _ := m.At(0.5); math.Abs(z-0.5) > 0.15 {
		t.Errorf("a normal's 0.5 goes to %v", z)
	}
}

// TestFarBeyond: if most values are beyond an end and none is near it, the density inside still follows the values inside.
func TestFarBeyond(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	c := censoredValues{lo: -3, hi: 3, above: 9000}
	for range 1000 {
		c.inside = append(c.inside, 0.5*rng.NormFloat64())
	}
	m, _, err := c.likeliest(false)
	if err != nil {
		t.Fatal(err)
	}
	_, above := c.logBeyond(m)
	if math.Abs(math.Exp(above)-0.9) > 0.01 {
		t.Errorf("a share of %.3f above, want 0.9", math.Exp(above))
	}
	z, slope := m.At(0)
	if off := slope + kernel.LogPDF(z) - math.Log(0.1/0.5) - kernel.LogPDF(0); math.Abs(off) > 0.1 {
		t.Errorf("log-density at 0 off by %+.3f", off)
	}
}

// TestLossByHalves: a normal fitted to n values has, on average, a log-density at new values that is 1/n too low, half of
// 1/n for each of its two parameters; lossByHalves estimates this loss.
func TestLossByHalves(t *testing.T) {
	const n, draws = 400, 300
	points := normalScores(1000)
	losses := make([]float64, draws)
	for i := range losses {
		rng := rand.New(rand.NewPCG(uint64(i), 4))
		c := censoredValues{lo: -2.5, hi: 2.5}
		for range n {
			switch v := rng.NormFloat64(); {
			case v < c.lo:
				c.below++
			case v > c.hi:
				c.above++
			default:
				c.inside = append(c.inside, v)
			}
		}
		fit, err := c.fit(1)
		if err != nil {
			t.Fatal(err)
		}
		if losses[i], err = c.lossByHalves(points, evaluated(fit), 1, rng); err != nil {
			t.Fatal(err)
		}
	}
	m := mean(losses)
	if se := math.Sqrt(variance(losses, m) / draws); math.Abs(m-1./n) > 4*se || se > 0.2/n {
		t.Errorf("%.5f ± %.5f, want %.5f", m, se, 1./n)
	}
}
