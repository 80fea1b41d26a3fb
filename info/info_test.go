package info_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/info"
)

// TestClosedForms: the information that normal and t columns share is known in closed form.
func TestClosedForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, nu := range []float64{3, math.Inf(1)} {
		r := equicorrelated(4, 0.5)
		s := of(t, student(4000, r, nu, rng), info.Config{})
		total := func(d int) float64 { return totalOfStudent(equicorrelated(d, 0.5), nu) }
		e, err := s.TotalCorrelation()
		near(t, "total correlation", e, err, total(4), 0.005)
		e, err = s.MutualInformation([]int{0}, []int{1, 2})
		near(t, "mutual information", e, err, total(3)-total(2), 0.005)
		e, err = s.ConditionalMutualInformation([]int{0}, []int{3}, []int{1, 2})
		near(t, "conditional mutual information", e, err, total(4)+total(2)-2*total(3), 0.005)
		e, err = s.DualTotalCorrelation()
		near(t, "dual total correlation", e, err, 3*total(4)-4*total(3), 0.01)
		e, err = s.OInformation()
		near(t, "O-information", e, err, 4*total(3)-2*total(4), 0.01)
		e, err = s.Entropy()
		near(t, "entropy", e, err, entropyOfStudent(4, nu, logDet(r)), 0.02)
		if nu > 3 {
			e, err = s.Negentropy()
			near(t, "negentropy of a normal", e, err, 0, 0.01)
		}
		m, err := s.Pairwise()
		if err != nil {
			t.Fatal(err)
		}
		near(t, "a pair", m[1][3], nil, total(2), 0.005)
		if m[3][1] != m[1][3] || !math.IsInf(m[2][2].Value, 1) {
			t.Error("the matrix of pairs is not symmetric, or its diagonal not infinite")
		}
	}
}

// TestMonotone: increasing maps of columns do not change any measure, to the last bit.
func TestMonotone(t *testing.T) {
	x := student(1500, equicorrelated(3, 0.6), 5, rand.New(rand.NewPCG(3, 4)))
	y := mat.DenseCopyOf(x)
	y.Apply(func(_, j int, v float64) float64 {
		return []float64{math.Exp(v), v * v * v, 1 / (1 + math.Exp(-v))}[j]
	}, y)
	a, err := of(t, x, info.Config{}).TotalCorrelation()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := of(t, y, info.Config{}).TotalCorrelation(); a != b {
		t.Errorf("total correlation %+v, of increasing maps of the columns %+v (%v)", a, b, err)
	}
}

// TestNothing: for independent columns the estimates average to 0, their intervals hold 0, and the tests reject as often as
// their level says.
func TestNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const samples = 50
	sum, se, covered, rejected, dealt, grouped := 0.0, 0.0, 0, 0, 0, 0
	for range samples {
		s, other := of(t, student(200, equicorrelated(3, 0), math.Inf(1), rng), info.Config{}), of(t, student(150, equicorrelated(3, 0), math.Inf(1), rng), info.Config{})
		e, err := s.TotalCorrelation()
		if err != nil {
			t.Fatal(err)
		}
		sum, se = sum+e.Value, se+e.SE
		if e.Lo <= 0 && e.Hi >= 0 {
			covered++
		}
		for count, test := range map[*int]func() (info.Test, error){
			&rejected: func() (info.Test, error) { return s.IndependenceTest() },
			&grouped:  func() (info.Test, error) { return s.DependenceTest([]int{0}, []int{1, 2}) },
			&dealt:    func() (info.Test, error) { return info.SameTest(s, other) },
		} {
			r, err := test()
			if err != nil {
				t.Fatal(err)
			}
			if r.P <= 0.05 {
				*count++
			}
		}
	}
	if math.Abs(sum) > se || covered < samples*85/100 {
		t.Errorf("mean %.5f, want 0 within %.5f; %d of %d intervals hold 0", sum/samples, se/samples, covered, samples)
	}
	for what, n := range map[string]int{"independence": rejected, "of groups": grouped, "of two samples": dealt} {
		if n > 8 { // 2.5 are expected; the chance of more than 8 is 0.1 %
			t.Errorf("the test %s rejects %d of %d times", what, n, samples)
		}
	}
}

// TestPower: the tests find a dependence without correlation, and a difference between samples of equal means.
func TestPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	x, y := mat.NewDense(300, 2, nil), mat.NewDense(300, 2, nil)
	for i := range 300 {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.5*rng.NormFloat64()})
		y.SetRow(i, []float64{1.5 * rng.NormFloat64(), rng.NormFloat64()})
	}
	s := of(t, x, info.Config{})
	if r, err := s.IndependenceTest(); err != nil || r.P > 0.01 {
		t.Errorf("a parabola: p = %v, %v", r.P, err)
	}
	if r, err := s.DependenceTest([]int{0}, []int{1}); err != nil || r.P > 0.01 {
		t.Errorf("a parabola, by groups: p = %v, %v", r.P, err)
	}
	if r, err := info.SameTest(s, of(t, y, info.Config{})); err != nil || r.P > 0.01 {
		t.Errorf("two samples: p = %v, %v", r.P, err)
	}
}

// TestParabola: y = x² + ½·e shares 0.803 nats with x, more than any elliptical copula can describe; each estimator of the
// remainder beyond it finds most of the total.
func TestParabola(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	const n, truth = 1500, 0.8026 // by quadrature: see examples/dependence
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.5*rng.NormFloat64()})
	}
	for remainder, slack := range map[info.Remainder]float64{info.Auto: 0.03, info.Neighbours: 0.03, info.RBIG: 0.15, info.Sums: 0.15} {
		e, err := of(t, x, info.Config{Remainder: remainder, Folds: 3}).MutualInformation([]int{0}, []int{1})
		near(t, string(remainder), e, err, truth, slack)
	}
	e, err := of(t, x, info.Config{Remainder: info.None}).MutualInformation([]int{0}, []int{1})
	if err != nil || e.Value > 0.5*truth {
		t.Errorf("without a remainder %.3f (%v), want less than half of the truth", e.Value, err)
	}
}

// TestDiverge compares divergences between normals with their closed form, and one between a normal and a t with quadrature.
func TestDiverge(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	r, inf := equicorrelated(3, 0.4), math.Inf(1)
	a, b, c := student(4000, r, inf, rng), student(4000, r, inf, rng), student(4000, r, 3, rng)
	b.Apply(func(_, _ int, v float64) float64 { return 0.5 + 1.2*v }, b)
	p, q, s := of(t, a, info.Config{}), of(t, b, info.Config{}), of(t, c, info.Config{})
	d, err := info.Diverge(p, q)
	if err != nil {
		t.Fatal(err)
	}
	// KL(N(0, R) ‖ N(µ, s²R)) = ½[d/s² + µᵀR⁻¹µ/s² − d + 2d·log s], and µᵀR⁻¹µ = d·µ²/(1 + (d−1)ρ).
	form := 3 * 0.25 / 1.8
	near(t, "KL of two normals", d.KL, nil, 0.5*(3/1.44+form/1.44-3+6*math.Log(1.2)), 0.01)
	near(t, "and back", d.Reverse, nil, 0.5*(3*1.44+form-3-6*math.Log(1.2)), 0.02)
	if d.JensenShannon.Value < 0 || d.JensenShannon.Value > 0.25*(d.KL.Value+d.Reverse.Value)+3*d.JensenShannon.SE {
		t.Errorf("Jensen–Shannon %+v beside %+v", d.JensenShannon, d)
	}
	// KL(N ‖ t) by quadrature over the squared length: see examples/dependence.
	if d, err = info.Diverge(p, s); err != nil {
		t.Fatal(err)
	}
	near(t, "KL of a normal and a t", d.KL, nil, normalToStudent(3, 3), 0.01)
}

// normalToStudent is KL(N(0, R) ‖ t_ν(0, R)) of d columns, E over χ²_d by a sum over normal radii.
func normalToStudent(d int, nu float64) float64 {
	f := float64(d)
	lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	cross, mass := 0.0, 0.0
	for i := range 20000 {
		radius := 12 * (float64(i) + 0.5) / 20000
		p := math.Exp((f-1)*math.Log(radius) - radius*radius/2)
		mass += p
		cross += p * (nu + f) / 2 * math.Log1p(radius*radius/nu)
	}
	logT := lg((nu+f)/2) - lg(nu/2) - f/2*math.Log(nu*math.Pi) - cross/mass
	return -entropyOfStudent(d, math.Inf(1), 0) - logT
}

// TestBadInput: each bad input is a clear error, or has the right answer.
func TestBadInput(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	x := mat.NewDense(300, 5, nil)
	for i := range 300 {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		x.SetRow(i, []float64{a, b, math.Exp(-a), 2*a - b, 7})
	}
	s := of(t, x, info.Config{Names: []string{"a", "b", "copy", "sum", "seven"}})
	var dependent *info.DependentError
	if _, err := s.MutualInformation([]int{0}, []int{2}); !errors.As(err, &dependent) || !strings.Contains(err.Error(), `"copy"`) {
		t.Errorf("a copy: %v", err)
	}
	if _, err := s.TotalCorrelation(0, 1, 3); !errors.As(err, &dependent) || !strings.Contains(err.Error(), `"sum" is a combination of "a", "b"`) {
		t.Errorf("a combination: %v", err)
	}
	var constant *info.ConstantError
	if _, err := s.MutualInformation([]int{0}, []int{4}); !errors.As(err, &constant) {
		t.Errorf("a constant: %v", err)
	}
	for words, group := range map[string][2][]int{"empty": {{0}, nil}, "twice": {{0, 1}, {1}}, "no column": {{0}, {9}}} {
		if _, err := s.MutualInformation(group[0], group[1]); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
	wide := mat.NewDense(10, 8, nil)
	wide.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, wide)
	if _, err := of(t, wide, info.Config{}).TotalCorrelation(); err == nil || !strings.Contains(err.Error(), "rows") {
		t.Errorf("as many columns as rows: %v", err)
	}
	if _, err := info.Of(mat.NewDense(1, 2, nil), info.Config{}); err == nil {
		t.Error("one row is a sample")
	}
	if _, err := info.Of(mat.NewDense(9, 1, []float64{1, 2, 3, 4, math.NaN(), 6, 7, 8, 9}), info.Config{}); err == nil {
		t.Error("NaN is a sample")
	}
}

// TestTies: whole numbers share the information that they share as categories, and their differential entropy is refused.
func TestTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	const n = 4000
	x := mat.NewDense(n, 2, nil)
	for i := range n { // two fair bits that agree in nine cases of ten
		a := float64(rng.IntN(2))
		b := a
		if rng.Float64() < 0.1 {
			b = 1 - a
		}
		x.SetRow(i, []float64{a, b})
	}
	s := of(t, x, info.Config{})
	truth := math.Ln2 + 0.9*math.Log(0.9) + 0.1*math.Log(0.1)
	e, err := s.MutualInformation([]int{0}, []int{1})
	near(t, "two bits", e, err, truth, 0.02)
	var tied *info.TiedError
	if _, err := s.Entropy(0); !errors.As(err, &tied) {
		t.Errorf("the entropy of a bit as a density: %v", err)
	}
	if s.Tied(0) != n {
		t.Errorf("%d rows of ties, want %d", s.Tied(0), n)
	}
}
