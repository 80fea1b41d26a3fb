package bases_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/bases"
	"gaussflow/graph"
)

// A law is the distribution function of z along a direction.
type law struct {
	direction []float64
	cdf       func(v float64) float64
}

// mixtureLaw is the law of a mixture of normals along w: a mixture of normals with means w·μ_k and the variances of w·z.
func mixtureLaw(m *bases.GaussianMixture, theta []float64, w []float64) law {
	k, d := len(m.Params()[0].Values()), m.Dim()
	logits, means, scales := theta[:k], theta[k:k*(1+d)], theta[k*(1+d):k*(1+2*d)]
	total := 0.0
	for _, l := range logits {
		total += math.Exp(l)
	}
	return law{w, func(v float64) (p float64) {
		for c := range k {
			mean, s0, s1 := w[0]*means[c*d]+w[1]*means[c*d+1], math.Exp(scales[c*d]), math.Exp(scales[c*d+1])
			a := 0.0
			if len(theta) > k*(1+2*d) {
				a = theta[k*(1+2*d)+c]
			}
			// y₀ = s₀ε₀, y₁ = s₁ε₁ − a·y₀
			sd := math.Hypot((w[0]-a*w[1])*s0, w[1]*s1)
			p += math.Exp(logits[c]) / total * distuv.UnitNormal.CDF((v-mean)/sd)
		}
		return p
	}}
}

// TestSamplesFollowTheDensity: the Kolmogorov–Smirnov distance between samples and the known distribution is at most
// 1.95/√n, which one sample in a thousand exceeds by chance.
func TestSamplesFollowTheDensity(t *testing.T) {
	const n = 4000
	for name, base := range made(graph.Float64) {
		if bases.ContextDim(base) > 0 {
			continue // TestConditionalSamples
		}
		t.Run(name, func(t *testing.T) {
			perturb(t, base)
			var theta [][]float64
			for _, p := range base.Params() {
				theta = append(theta, p.Values())
			}
			var laws []law
			axes := [][]float64{{1, 0}, {0, 1}}
			for j, axis := range axes {
				switch b := base.(type) {
				case bases.StandardNormal:
					laws = append(laws, law{axis, distuv.UnitNormal.CDF})
				case *bases.Uniform:
					laws = append(laws, law{axis, distuv.Uniform{Min: b.Config().Low[j], Max: b.Config().High[j]}.CDF})
				case *bases.GaussianMixture:
					laws = append(laws, mixtureLaw(b, slices.Concat(theta...), axis))
				case *bases.Independent:
					mean, scale := theta[0][j], math.Exp(theta[1][j])
					l := law{axis, distuv.Normal{Mu: mean, Sigma: scale}.CDF}
					switch f := b.Config().Family.(type) {
					case bases.StudentT:
						l.cdf = distuv.StudentsT{Mu: mean, Sigma: scale, Nu: 10 * math.Exp(theta[2][j])}.CDF
					case bases.UniformInterval:
						l.cdf = distuv.Uniform{Min: mean - f.HalfWidth*scale, Max: mean + f.HalfWidth*scale}.CDF
					}
					laws = append(laws, l)
				}
			}
			if m, ok := base.(*bases.GaussianMixture); ok { // directions between the axes, which show the correlation of the columns
				laws = append(laws, mixtureLaw(m, slices.Concat(theta...), []float64{0.8, -0.6}), mixtureLaw(m, slices.Concat(theta...), []float64{0.6, 0.8}))
			}
			z, err := base.Sample(n, nil, rand.New(rand.NewPCG(8, 9)))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range laws {
				along := make([]float64, n)
				for i := range along {
					along[i] = l.direction[0]*z.At(i, 0) + l.direction[1]*z.At(i, 1)
				}
				slices.Sort(along)
				worst := 0.0
				for i, v := range along {
					p := l.cdf(v)
					worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
				}
				if !(worst*math.Sqrt(n) <= 1.95) {
					t.Errorf("along %v the distance is %.3f/√n, want at most 1.95", l.direction, worst*math.Sqrt(n))
				}
			}
		})
	}
}

// TestConditionalSamples draws samples under two contexts in turn. Their log p under their own context must be higher than
// under the other one, and the mean ratio of the two densities must be near 1.
func TestConditionalSamples(t *testing.T) {
	const n = 3000
	for name, base := range made(graph.Float64) {
		if bases.ContextDim(base) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			perturb(t, base)
			last := base.Params()[len(base.Params())-2]
			v := last.Values() // the kernel of the last layer, enlarged so that the context matters
			for i := range v {
				v[i] *= 4
			}
			if err := last.Set(v); err != nil {
				t.Fatal(err)
			}
			context := mat.NewDense(n, 2, nil)
			swapped := mat.NewDense(n, 2, nil)
			for i := range n {
				of := [][]float64{{1, -2}, {-2, 1}}
				context.SetRow(i, of[i%2])
				swapped.SetRow(i, of[1-i%2])
			}
			z, err := base.Sample(n, context, rand.New(rand.NewPCG(3, 4)))
			if err != nil {
				t.Fatal(err)
			}
			own, other := logProb(t, base, beside(z, context), graph.Float64), logProb(t, base, beside(z, swapped), graph.Float64)
			// For samples from p, E_p[q/p] = 1. A few ratios are very large, so each is cut at 50.
			ratio := 0.0
			for i := range own {
				ratio += min(math.Exp(other[i]-own[i]), 50) / n
			}
			if mean := func(l []float64) (m float64) {
				for _, v := range l {
					m += v / n
				}
				return m
			}; !(mean(own) > mean(other)+0.1) {
				t.Errorf("mean log p = %.3f, under the other context %.3f", mean(own), mean(other))
			}
			if !(ratio <= 1.25) {
				t.Errorf("the mean of the ratio of the densities is %.3f, want at most 1", ratio)
			}
		})
	}
}
