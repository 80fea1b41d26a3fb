package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/info"
)

// A study is one line of the table: a measure with a known true value, estimated repeatedly from fresh rows, or a test.
type study struct {
	name     string
	truth    float64
	within   float64                                     // bound for the mean error; 0 for the mean standard error of an estimate
	estimate func(rng *rand.Rand) (info.Estimate, error) // nil if the study is only a test
	p        func(rng *rand.Rand) (float64, error)       // p-value of a test whose hypothesis is true; nil if there is none
}

// sample makes a sample for info of rows.
func sample(x *mat.Dense) (*info.Sample, error) { return info.Of(x, info.Config{}) }

// bends are increasing maps of a column.
var bends = map[string]func(v float64) float64{
	"exp": math.Exp, "cube": func(v float64) float64 { return v * v * v }, "logistic": func(v float64) float64 { return 1 / (1 + math.Exp(-v)) },
}

func bent(x *mat.Dense, by string) *mat.Dense {
	if f := bends[by]; f != nil {
		x.Apply(func(_, _ int, v float64) float64 { return f(v) }, x)
	}
	return x
}

func totalOf(l law, n int, bend string) func(rng *rand.Rand) (info.Estimate, error) {
	return func(rng *rand.Rand) (info.Estimate, error) {
		s, err := sample(bent(l.draw(n, rng), bend))
		if err != nil {
			return info.Estimate{}, err
		}
		return s.TotalCorrelation()
	}
}

func mutualOf(l law, n, k int) func(rng *rand.Rand) (info.Estimate, error) {
	return func(rng *rand.Rand) (info.Estimate, error) {
		s, err := sample(l.draw(n, rng))
		if err != nil {
			return info.Estimate{}, err
		}
		return s.MutualInformation(span(0, k), span(k, l.r.SymmetricDim()))
	}
}

func entropyOf(l law, n int) func(rng *rand.Rand) (info.Estimate, error) {
	return func(rng *rand.Rand) (info.Estimate, error) {
		s, err := sample(l.draw(n, rng))
		if err != nil {
			return info.Estimate{}, err
		}
		return s.Entropy()
	}
}

func divergenceOf(p, q law, n int, bend string) func(rng *rand.Rand) (info.Estimate, error) {
	return func(rng *rand.Rand) (info.Estimate, error) {
		a, err := sample(bent(p.draw(n, rng), bend))
		if err != nil {
			return info.Estimate{}, err
		}
		b, err := sample(bent(q.draw(n, rng), bend))
		if err != nil {
			return info.Estimate{}, err
		}
		d, err := info.Diverge(a, b)
		return d.KL, err
	}
}

// studies are all lines of the table.
func studies() (all []study) {
	add := func(name string, truth, within float64, f func(rng *rand.Rand) (info.Estimate, error)) {
		all = append(all, study{name: name, truth: truth, within: within, estimate: f})
	}
	for _, rho := range []float64{0.3, 0.6, 0.9} {
		l := normal(equicorrelated(2, rho))
		add(fmt.Sprintf("MI, normal pair, ρ = %g, n = 5000", rho), l.mutual(1), 0.003, mutualOf(l, 5000, 1))
	}
	for d, within := range map[int]float64{2: 0.01, 5: 0.02, 10: 0.04} {
		l := normal(paired(d, 0.6))
		add(fmt.Sprintf("MI, blocks of %2d, ρ = 0.6, n = 5000", d), l.mutual(d), within, mutualOf(l, 5000, d))
	}
	for d, within := range map[int]float64{3: 0.005, 10: 0.02} {
		l := normal(equicorrelated(d, 0.5))
		add(fmt.Sprintf("TC, normal, d = %2d, ρ = 0.5, n = 5000", d), l.total(), within, totalOf(l, 5000, ""))
	}
	all = append(all, studentStudies()...)
	for _, d := range []int{2, 10, 50} {
		for _, n := range []int{500, 5000} {
			l := normal(equicorrelated(d, 0))
			all = append(all, study{name: fmt.Sprintf("TC, independent, d = %2d, n = %4d", d, n), estimate: totalOf(l, n, ""), p: func(rng *rand.Rand) (float64, error) {
				s, err := sample(l.draw(n, rng))
				if err != nil {
					return 0, err
				}
				t, err := s.IndependenceTest()
				return t.P, err
			}}, study{name: fmt.Sprintf("two samples of independent columns, d = %2d, n = %4d each", d, n), p: func(rng *rand.Rand) (float64, error) {
				a, err := sample(l.draw(n, rng))
				if err != nil {
					return 0, err
				}
				b, err := sample(l.draw(n, rng))
				if err != nil {
					return 0, err
				}
				t, err := info.SameTest(a, b)
				return t.P, err
			}})
		}
	}
	all = append(all, nameStudies()...)
	return append(all, bentStudies()...)
}

// studentStudies are about t-distributions, and divergences between them and normals.
func studentStudies() (all []study) {
	const n = 10000
	most := func(truth float64) float64 { return max(0.02, 0.03*math.Abs(truth)) }
	little := func(truth float64) float64 { return max(0.01, 0.02*math.Abs(truth)) }
	for _, d := range []int{2, 5, 10} {
		r := equicorrelated(d, 0.5)
		for _, nu := range []float64{3, 5, 20} {
			l, wide := law{r, nu, 1, 0}, law{r, nu, 1.5, 0}
			name := fmt.Sprintf("t, ν = %2g, d = %2d, n = %d", nu, d, n)
			all = append(all,
				study{name: "TC, " + name, truth: l.total(), within: most(l.total()), estimate: totalOf(l, n, "")},
				study{name: "MI, " + name, truth: l.mutual(1), within: most(l.mutual(1)), estimate: mutualOf(l, n, 1)},
				study{name: "H, " + name, truth: l.entropy(), within: most(l.entropy()), estimate: entropyOf(l, n)},
				study{name: "KL to 1.5 times, " + name, truth: l.divergence(wide), within: most(l.divergence(wide)), estimate: divergenceOf(l, wide, n, "")},
				study{name: "KL normal ‖ " + name, truth: normal(r).divergence(l), within: little(normal(r).divergence(l)), estimate: divergenceOf(normal(r), l, n, "")},
				study{name: "KL of it to normal, " + name, truth: l.divergence(normal(r)), within: little(l.divergence(normal(r))), estimate: divergenceOf(l, normal(r), n, "")})
		}
		p, q := normal(r), law{equicorrelated(d, 0.2), math.Inf(1), 1.2, 0.5}
		all = append(all, study{name: fmt.Sprintf("KL of two normals, d = %2d, n = %d", d, n), truth: p.divergence(q), within: little(p.divergence(q)), estimate: divergenceOf(p, q, n, "")})
	}
	return all
}

// bentStudies are differences between an estimate and the same for mapped columns, which should be 0 up to the last
// digits.
func bentStudies() (all []study) {
	const n = 10000
	l := law{equicorrelated(5, 0.5), 3, 1, 0}
	wide := law{l.r, 3, 1.5, 0}
	for _, by := range []string{"exp", "cube", "logistic"} {
		for what, of := range map[string]func(bend string) func(rng *rand.Rand) (info.Estimate, error){
			"TC": func(bend string) func(rng *rand.Rand) (info.Estimate, error) { return totalOf(l, n, bend) },
			"KL": func(bend string) func(rng *rand.Rand) (info.Estimate, error) { return divergenceOf(l, wide, n, bend) },
		} {
			all = append(all, study{name: fmt.Sprintf("%s of a t less that of its columns' %s", what, by), within: 1e-6, estimate: func(rng *rand.Rand) (info.Estimate, error) {
				seed := rng.Uint64()
				plain, err := of("")(rand.New(rand.NewPCG(seed, 0)))
				if err != nil {
					return plain, err
				}
				e, err := of(by)(rand.New(rand.NewPCG(seed, 0)))
				return info.Estimate{Value: e.Value - plain.Value, SE: e.SE, Lo: e.Value - plain.Value, Hi: e.Value - plain.Value}, err
			}})
		}
	}
	return all
}
