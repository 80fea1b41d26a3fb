package data_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/data"
)

// grid returns mass and entropy of a density in two dimensions, by the midpoint rule on [x0, x1]×[y0, y1].
func grid(logProb func(x, y float64) float64, x0, x1, y0, y1, step float64) (mass, entropy float64) {
	for x := x0 + step/2; x < x1; x += step {
		for y := y0 + step/2; y < y1; y += step {
			if l := logProb(x, y); !math.IsInf(l, -1) {
				mass += math.Exp(l) * step * step
				entropy -= l * math.Exp(l) * step * step
			}
		}
	}
	return mass, entropy
}

func distribution(t *testing.T, name string) data.Distribution {
	t.Helper()
	d, err := data.ToyDistribution(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// toyRows returns a sample of a toy set and its log-densities.
func toyRows(t *testing.T, name string, n int) (*mat.Dense, []float64) {
	t.Helper()
	table, err := data.Toy(name, n, 5)
	if err != nil {
		t.Fatal(err)
	}
	logProb, err := data.LogProb(distribution(t, name), table.X)
	if err != nil {
		t.Fatal(err)
	}
	return table.X, logProb
}

// TestToyDensities: p integrates to 1, and the mean of −log p over a sample is the entropy by quadrature.
func TestToyDensities(t *testing.T) {
	for name, box := range map[string][5]float64{ // x0, x1, y0, y1, step
		"moons":           {-1.5, 2.5, -1, 1.5, 0.02},
		"circles":         {-1.5, 1.5, -1.5, 1.5, 0.02},
		"pinwheel":        {-4, 4, -4, 4, 0.01},
		"eight-gaussians": {-6, 6, -6, 6, 0.1},
		"checkerboard":    {-5, 5, -5, 5, 0.25},
		"two-spirals":     {-4, 4, -4, 4, 0.04},
		"copula":          {0, 20, -6, 8, 0.02},
	} {
		d := distribution(t, name)
		mass, entropy := grid(func(x, y float64) float64 { return d.LogProb([]float64{x, y}) }, box[0], box[1], box[2], box[3], box[4])
		if math.Abs(mass-1) > 1e-3 {
			t.Errorf("%s: ∫p = %v, want 1", name, mass)
		}
		_, logProb := toyRows(t, name, 4000)
		mean, std := stat.MeanStdDev(logProb, nil)
		if tolerance := 5*std/math.Sqrt(4000) + 2e-3; math.Abs(mean+entropy) > tolerance {
			t.Errorf("%s: mean log p %v, −entropy %v, tolerance %v", name, mean, -entropy, tolerance)
		}
	}
}

// TestSwissRoll: the density integrates to 1; over (x, z) at a fixed height it integrates to the density of the strip, and
// along the strip to 1.
func TestSwissRoll(t *testing.T) {
	d := distribution(t, "swiss-roll")
	at := func(x, y, z float64) float64 { return d.LogProb([]float64{x, y, z}) }
	mass, _ := grid(func(x, z float64) float64 { return at(x, 10, z) }, -17, 17, -17, 17, 0.25)
	if math.Abs(21*mass-1) > 1e-3 {
		t.Errorf("∫p dx dz = %v, want 1/21", mass)
	}
	along := 0.0
	for y := -5.0; y < 26; y += 0.1 {
		along += 0.1 * math.Exp(at(0, y, -5)-at(0, 10, -5))
	}
	if math.Abs(along/21-1) > 1e-3 {
		t.Errorf("along the strip %v, want 21", along)
	}
	_, logProb := toyRows(t, "swiss-roll", 500)
	if mean := stat.Mean(logProb, nil); mean < -9 || mean > -7 {
		t.Errorf("mean log p %v, want about −log(21 · 89 · 0.5 √(2πe))", mean)
	}
}

// TestCopulaBox: over a box B in the support, E_p[1_B/p] is the volume of B.
func TestCopulaBox(t *testing.T) {
	box := [][2]float64{{0.3, 1.5}, {-0.5, 2}, {-1, 1}, {0.2, 0.9}, {0.6, 1.6}}
	want := 1.0
	for _, b := range box {
		want *= b[1] - b[0]
	}
	x, logProb := toyRows(t, "copula5", 20_000)
	terms := make([]float64, len(logProb))
	for i, l := range logProb {
		if inside(x.RawRowView(i), box) {
			terms[i] = math.Exp(-l)
		}
	}
	mean, std := stat.MeanStdDev(terms, nil)
	if standardError := std / math.Sqrt(float64(len(terms))); math.Abs(mean-want) > 4*standardError || standardError > 0.05*want {
		t.Errorf("volume %v ± %v, want %v", mean, standardError, want)
	}
}

func inside(row []float64, box [][2]float64) bool {
	for j, b := range box {
		if row[j] < b[0] || row[j] > b[1] {
			return false
		}
	}
	return true
}

// TestMoonsQuadrature compares the density with another rule, Simpson's on 40,000 steps of each arc, near the arcs, far from
// them and at their ends.
func TestMoonsQuadrature(t *testing.T) {
	const noise, steps = 0.05, 40_000
	moons, err := data.NewMoons(noise)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][2]float64{{1, 0}, {1.02, -0.03}, {0, 1.1}, {0.5, 0.25}, {0, 0.5}, {-1.05, 0}, {2, 0.7}} {
		sum := 0.0
		for i := range steps + 1 {
			weight := 2.0 + 2*float64(i%2)
			if i == 0 || i == steps {
				weight = 1
			}
			sin, cos := math.Sincos(math.Pi * float64(i) / steps)
			for _, c := range [][2]float64{{cos, sin}, {1 - cos, 0.5 - sin}} {
				dx, dy := (p[0]-c[0])/noise, (p[1]-c[1])/noise
				sum += weight * math.Exp(-(dx*dx+dy*dy)/2)
			}
		}
		want := math.Log(sum / (3 * 2 * steps * 2 * math.Pi * noise * noise))
		if got := moons.LogProb(p[:]); math.Abs(got-want) > 1e-10 {
			t.Errorf("log p at %v: %.12f, want %.12f", p, got, want)
		}
	}
}

// TestMargins: quantile and score are inverse, and the density is the slope of the distribution function, which for
// the common laws is gonum's.
func TestMargins(t *testing.T) {
	cdf := map[string]func(float64) float64{
		"Exponential": distuv.Exponential{Rate: 1}.CDF, "Laplace": distuv.Laplace{Scale: 1}.CDF,
		"LogNormal": distuv.LogNormal{Sigma: 0.5}.CDF, "Uniform": distuv.Uniform{Max: 1}.CDF,
		"Bimodal": func(x float64) float64 {
			return distuv.Normal{Mu: -2, Sigma: 0.5}.CDF(x)/3 + 2*distuv.Normal{Mu: 1, Sigma: 1}.CDF(x)/3
		},
	}
	for _, m := range []data.Margin{data.Exponential{}, data.Laplace{}, data.LogNormal{}, data.Uniform{}, data.Bimodal{}} {
		name := fmt.Sprintf("%T", m)[len("data."):]
		for z := -5.0; z <= 5; z += 0.37 {
			x := m.Quantile(z)
			back, logDensity := m.Score(x)
			if math.Abs(back-z) > 1e-9 {
				t.Errorf("%s: score of the quantile of %v is %v", name, z, back)
			}
			if p := cdf[name](x); math.Abs(p-distuv.UnitNormal.CDF(z)) > 1e-12 {
				t.Errorf("%s: F(%v) = %v, want Φ(%v)", name, x, p, z)
			}
			h := 1e-5 * math.Max(math.Abs(x), 1e-3)
			if slope := (cdf[name](x+h) - cdf[name](x-h)) / (2 * h); math.Abs(z) < 3 && math.Abs(slope/math.Exp(logDensity)-1) > 1e-4 {
				t.Errorf("%s: density %v at %v, want %v", name, math.Exp(logDensity), x, slope)
			}
		}
	}
	for _, m := range []data.Margin{data.Exponential{}, data.LogNormal{}, data.Uniform{}} {
		if _, l := m.Score(-1); !math.IsInf(l, -1) {
			t.Errorf("%T: log f(−1) = %v", m, l)
		}
	}
}

// TestToySeeds: the same seed gives the same rows, another seed gives others, and a longer draw begins like a shorter one.
func TestToySeeds(t *testing.T) {
	for _, name := range data.ToyNames() {
		a, err := data.Toy(name, 50, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := data.Toy(name, 80, 1)
		if err != nil {
			t.Fatal(err)
		}
		c, err := data.Toy(name, 50, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(a.X, b.X.Slice(0, 50, 0, a.Dim())) || mat.Equal(a.X, c.X) {
			t.Errorf("%s: seeds", name)
		}
	}
	_, err := data.Toy("donut", 5, 1)
	wantError(t, err, `data: toy "donut", want one of "moons", "circles", "pinwheel", "eight-gaussians", "checkerboard", "two-spirals", "swiss-roll", "copula", "copula5"`)
	_, err = data.Toy("moons", 0, 1)
	wantError(t, err, "data: Draw: n = 0, want ≥ 1")
	_, err = data.NewMoons(0)
	wantError(t, err, "data: NewMoons: noise = 0, want ≥ 0.001 and finite")
	_, err = data.NewCopula(1, data.Uniform{})
	wantError(t, err, "data: NewCopula: rho = 1 and 1 margins, want |rho| < 1 and at least one margin")
	_, err = data.LogProb(data.Pinwheel{}, mat.NewDense(1, 3, nil))
	wantError(t, err, "data: LogProb: got 1×3, want rows of 2 columns")
}
