package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/info"
)

// A web is a law of columns of which each depends on all others, and no elliptical copula fits. What they share is the mean of differences of
//
//	log p(x),  log p(x_j),  log p(x_j | the others),
//
// which are known at every row, over so many rows drawn from it.
type web struct {
	name string
	draw func(rng *rand.Rand) []float64
	at   func(x []float64) (joint float64, own, rest []float64)
}

// truths are the total correlation Σ −log p(x_j) + log p(x), the dual one Σ log p(x_j | the others) − log p(x), and the first less the second,
// each with the standard error that it has as a mean over drawn rows.
func (w web) truths() (of [3]float64, se [3]float64) {
	const rows = 20000
	rng := rand.New(rand.NewPCG(3, 4))
	var terms [3][]float64
	for range rows {
		joint, own, rest := w.at(w.draw(rng))
		total, dual := joint, -joint
		for j := range own {
			total -= own[j]
			dual += rest[j]
		}
		for k, v := range []float64{total, dual, total - dual} {
			terms[k] = append(terms[k], v)
		}
	}
	for k := range of {
		m, std := stat.MeanStdDev(terms[k], nil)
		of[k], se[k] = m, std/math.Sqrt(rows)
	}
	return of, se
}

// sample is n rows.
func (w web) sample(n int, rng *rand.Rand, c info.Config) (*info.Sample, error) {
	first := w.draw(rng)
	x := mat.NewDense(n, len(first), nil)
	x.SetRow(0, first)
	for i := 1; i < n; i++ {
		x.SetRow(i, w.draw(rng))
	}
	return info.Of(x, c)
}

// logNormal is log of a normal's density.
func logNormal(x, mean, std float64) float64 {
	z := (x - mean) / std
	return -z*z/2 - math.Log(std) - math.Log(2*math.Pi)/2
}

// nodes of sums over a standard normal, and what one stands for.
const nodes, reach = 400, 6.0

func node(k int) (x, logWeight float64) {
	x = -reach + 2*reach*(float64(k)+0.5)/nodes
	return x, logNormal(x, 0, 1) + math.Log(2*reach/nodes)
}

// logSum is log Σ exp(v).
func logSum(v []float64) float64 {
	most, sum := math.Inf(-1), 0.0
	for _, a := range v {
		most = max(most, a)
	}
	for _, a := range v {
		sum += math.Exp(a - most)
	}
	return most + math.Log(sum)
}

// copies is a normal z and d−1 columns g(z) + noise·e: they say the same again.
func copies(d int, b bow) web {
	return web{fmt.Sprintf("z and %d times %s", d-1, b.name), func(rng *rand.Rand) []float64 {
		x := make([]float64, d)
		x[0] = rng.NormFloat64()
		for j := 1; j < d; j++ {
			x[j] = b.g(x[0]) + b.noise*rng.NormFloat64()
		}
		return x
	}, func(x []float64) (joint float64, own, rest []float64) {
		own, rest = make([]float64, d), make([]float64, d)
		own[0] = logNormal(x[0], 0, 1)
		joint = own[0]
		all, each := make([]float64, nodes), make([][]float64, d)
		for k := range nodes {
			z, weight := node(k)
			all[k] = weight
			for j := 1; j < d; j++ {
				p := logNormal(x[j], b.g(z), b.noise)
				all[k] += p
				each[j] = append(each[j], weight+p)
			}
		}
		for j := 1; j < d; j++ {
			own[j], rest[j] = logSum(each[j]), logNormal(x[j], b.g(x[0]), b.noise)
			joint += rest[j]
		}
		rest[0] = joint - logSum(all)
		return joint, own, rest
	}}
}

// summed is d−1 normals and the sum of their g, scaled down by √(d−1), with noise·e: they say it only together.
func summed(d int, b bow) web {
	value := func(x []float64) float64 {
		sum := 0.0
		for _, v := range x {
			sum += b.g(v)
		}
		return sum / math.Sqrt(float64(d-1))
	}
	var known func(y float64) float64
	return web{fmt.Sprintf("%d x and the sum of %s", d-1, b.name), func(rng *rand.Rand) []float64 {
		x := make([]float64, d)
		for j := range d - 1 {
			x[j] = rng.NormFloat64()
		}
		x[d-1] = value(x[:d-1]) + b.noise*rng.NormFloat64()
		return x
	}, func(x []float64) (joint float64, own, rest []float64) {
		if known == nil {
			known = b.densityOfSum(d - 1)
		}
		own, rest = make([]float64, d), make([]float64, d)
		y, sum := x[d-1], value(x[:d-1])
		rest[d-1], own[d-1] = logNormal(y, sum, b.noise), known(y)
		joint = rest[d-1]
		for j := range d - 1 {
			own[j] = logNormal(x[j], 0, 1)
			joint += own[j]
		}
		terms := make([]float64, nodes)
		for j := range d - 1 {
			for k := range nodes {
				v, weight := node(k)
				terms[k] = weight + logNormal(y, sum+(b.g(v)-b.g(x[j]))/math.Sqrt(float64(d-1)), b.noise)
			}
			rest[j] = own[j] + rest[d-1] - logSum(terms)
		}
		return joint, own, rest
	}}
}

// densityOfSum is log of the density of a sum of k numbers g(x)/√k, x normal, and noise: on a grid, k times by the density of one.
func (b bow) densityOfSum(k int) func(y float64) float64 {
	const step, low, high = 0.02, -15.0, 45.0
	cells := int((high - low) / step)
	p, next := make([]float64, cells), make([]float64, cells)
	for i := range p {
		p[i] = density(low+float64(i)*step, b.noise)
	}
	for range k {
		clear(next)
		for at := range nodes {
			x, weight := node(at)
			shift, w := b.g(x)/math.Sqrt(float64(k))/step, math.Exp(weight)
			whole := int(math.Floor(shift))
			part := shift - float64(whole)
			for i := max(whole+1, 0); i < min(cells, cells+whole); i++ {
				next[i] += w * ((1-part)*p[i-whole] + part*p[i-whole-1])
			}
		}
		p, next = next, p
	}
	return func(y float64) float64 {
		at := (y - low) / step
		i := int(at)
		part := at - float64(i)
		return math.Log((1-part)*p[i] + part*p[i+1])
	}
}

// clusters is of as many clusters as means, normal of unit width about them, with d columns each.
func clusters(means [][]float64) web {
	d := len(means[0])
	return web{fmt.Sprintf("%d clusters, d = %d", len(means), d), func(rng *rand.Rand) []float64 {
		x := make([]float64, d)
		mean := means[rng.IntN(len(means))]
		for j := range x {
			x[j] = mean[j] + rng.NormFloat64()
		}
		return x
	}, func(x []float64) (joint float64, own, rest []float64) {
		sum := func(use func(j int) bool) float64 {
			terms := make([]float64, len(means))
			for c, mean := range means {
				terms[c] = -math.Log(float64(len(means)))
				for j := range x {
					if use(j) {
						terms[c] += logNormal(x[j], mean[j], 1)
					}
				}
			}
			return logSum(terms)
		}
		joint = sum(func(int) bool { return true })
		for j := range x {
			own = append(own, sum(func(k int) bool { return k == j }))
			rest = append(rest, joint-sum(func(k int) bool { return k != j }))
		}
		return joint, own, rest
	}}
}

// threeClusters are about means at which each column has one of three places, in an order of its own.
func threeClusters(d int) web {
	rng := rand.New(rand.NewPCG(5, uint64(d)))
	means := [][]float64{make([]float64, d), make([]float64, d), make([]float64, d)}
	for j := range d {
		for c, place := range rng.Perm(3) {
			means[c][j] = 2 * float64(place-1)
		}
	}
	return clusters(means)
}

// webStudies are of webs of five and of ten columns; wanted chooses by name.
func webStudies(wanted func(name string) bool) (all []study) {
	fold := bow{"|x| + 0.3e", math.Abs, 0.3}
	for _, d := range []int{5, 10} {
		for _, w := range []web{copies(d, bows[0]), copies(d, bows[1]), copies(d, fold), summed(d, bows[0]), summed(d, fold), threeClusters(d)} {
			var truths, se [3]float64
			for k, measure := range []struct {
				name string
				of   func(s *info.Sample) (info.Estimate, error)
			}{
				{"TC", func(s *info.Sample) (info.Estimate, error) { return s.TotalCorrelation() }},
				{"DTC", func(s *info.Sample) (info.Estimate, error) { return s.DualTotalCorrelation() }},
				{"Ω", func(s *info.Sample) (info.Estimate, error) { return s.OInformation() }},
			} {
				for _, n := range []int{500, 2000, 5000} {
					name := fmt.Sprintf("%s, %s, n = %4d", measure.name, w.name, n)
					if !wanted(name) {
						continue
					}
					if se[0] == 0 {
						truths, se = w.truths()
					}
					all = append(all, study{name: name, truth: truths[k], within: 0.05 * math.Abs(truths[k]), estimate: func(rng *rand.Rand) (info.Estimate, error) {
						s, err := w.sample(n, rng, info.Config{})
						if err != nil {
							return info.Estimate{}, err
						}
						return measure.of(s)
					}})
				}
			}
		}
	}
	return all
}
