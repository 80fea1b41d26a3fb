package graph_test

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// opCase is one op: the graph, the shapes of its inputs, drawn from N(0, 1), and the same formula in plain Go.
type opCase struct {
	build  func(b *graph.Builder, in []*G.Node) *G.Node
	shapes [][]int
	naive  func(in [][]float64) []float64
	adjust func(in [][]float64) // moves the inputs into the op's domain
}

func shapes(s ...[]int) [][]int { return s }

type nodes = []*G.Node

// each applies f to every element of the first input.
func each(f func(x float64) float64) func(in [][]float64) []float64 {
	return func(in [][]float64) []float64 {
		out := make([]float64, len(in[0]))
		for i, x := range in[0] {
			out[i] = f(x)
		}
		return out
	}
}

// eachPair applies f to the elements of two inputs; the second one is repeated to the length of the first.
func eachPair(f func(x, y float64) float64) func(in [][]float64) []float64 {
	return func(in [][]float64) []float64 {
		out := make([]float64, len(in[0]))
		for i, x := range in[0] {
			out[i] = f(x, in[1][i%len(in[1])])
		}
		return out
	}
}

// eachRow applies f to every k elements of the first input.
func eachRow(k int, f func(row []float64) []float64) func(in [][]float64) []float64 {
	return func(in [][]float64) (out []float64) {
		for x := in[0]; len(x) > 0; x = x[k:] {
			out = append(out, f(x[:k])...)
		}
		return out
	}
}

func logSum(row []float64) float64 {
	s := 0.0
	for _, x := range row {
		s += math.Exp(x)
	}
	return math.Log(s)
}

// product is a·b, m×k by k×n; at returns the elements of b.
func product(m, k, n int, a []float64, at func(i, j int) float64) []float64 {
	out := make([]float64, m*n)
	for i := range out {
		for l := range k {
			out[i] += a[i/n*k+l] * at(l, i%n)
		}
	}
	return out
}

// dense is act(x·w + bias) of 4×3 by 3×2.
func dense(act graph.Activation, f func(float64) float64, composed bool) opCase {
	return opCase{
		build: func(b *graph.Builder, in nodes) *G.Node {
			b.Composed = composed
			return b.Dense(in[0], in[1], in[2], act)
		},
		shapes: shapes([]int{4, 3}, []int{3, 2}, []int{2}),
		naive: func(in [][]float64) []float64 {
			y := product(4, 3, 2, in[0], func(i, j int) float64 { return in[1][i*2+j] })
			for i := range y {
				y[i] = f(y[i] + in[2][i%2])
			}
			return y
		},
	}
}

// maskedDense is dense with only those weights that lead to an equal or a higher degree.
func maskedDense(act graph.Activation, f func(float64) float64, composed bool) opCase {
	rows, columns := []int{0, 2, 1}, []int{1, 0}
	c := dense(act, f, composed)
	unmasked := c.naive
	c.build = func(b *graph.Builder, in nodes) *G.Node {
		b.Composed = composed
		return b.MaskedDense(in[0], in[1], in[2], rows, columns, act)
	}
	c.naive = func(in [][]float64) []float64 {
		w := slices.Clone(in[1])
		for e := range w {
			if rows[e/2] > columns[e%2] {
				w[e] = 0
			}
		}
		return unmasked([][]float64{in[0], w, in[2]})
	}
	return c
}

// phi and cdf are the density and distribution function of the standard normal, by formulas that are accurate near zero only.
func phi(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
func cdf(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func silu(x float64) float64 { return x / (1 + math.Exp(-x)) }
func gelu(x float64) float64 { return x * cdf(x) }
func relu(x float64) float64 { return math.Max(x, 0) }
func same(x float64) float64 { return x }

// recursionCase is y_j = v_j·e^s_j + t_j of 4 rows, or s, with the last column known first: t = (y_2·y_1, y_2, c), s = tanh t.
func recursionCase(output int) opCase {
	order := []int{2, 1, 0}
	return opCase{
		build: func(b *graph.Builder, in nodes) *G.Node {
			y, logSlope := b.Recurse(graph.Recursion{
				Order: order, Parts: []int{1, 1},
				Theta: func(b *graph.Builder, y, context *G.Node) *G.Node {
					last, middle := b.Columns(y, 2, 1), b.Columns(y, 1, 1)
					t := b.Beside(b.Beside(b.Mul(last, middle), last), context)
					return b.Beside(t, b.Activate(t, graph.Tanh))
				},
				Map: func(b *graph.Builder, v, theta *G.Node) (y, logSlope *G.Node) {
					t, s := b.Apart(theta, graph.Cols(v))
					return b.Add(b.Mul(v, b.Exp(s)), t), s
				},
			}, in[0], in[1])
			return []*G.Node{y, logSlope}[output]
		},
		shapes: shapes([]int{4, 3}, []int{4, 1}),
		naive: func(in [][]float64) []float64 {
			var outs [2][]float64
			for i := range 4 {
				var y, s [3]float64
				for _, j := range order {
					t := [3]float64{y[2] * y[1], y[2], in[1][i]}[j]
					s[j] = math.Tanh(t)
					y[j] = in[0][3*i+j]*math.Exp(s[j]) + t
				}
				outs[0], outs[1] = append(outs[0], y[:]...), append(outs[1], s[:]...)
			}
			return outs[output]
		},
	}
}

// mixture returns F(x), 1−F(x) and f(x) of one mixture; its logits begin at offset in theta, its means stride later, and its
// raw log scales stride after those.
func (of distribution) mixture(x float64, theta []float64, offset, stride, k int, clamp func(float64) float64) (lower, upper, density float64) {
	total := 0.0
	for i := range k {
		total += math.Exp(theta[offset+i])
	}
	for i := range k {
		pi := math.Exp(theta[offset+i]) / total
		sigma := math.Exp(clamp(theta[offset+2*stride+i]))
		t := (x - theta[offset+stride+i]) / sigma
		lower, upper, density = lower+pi*of.cdf(t), upper+pi*of.cdf(-t), density+pi*of.density(t)/sigma
	}
	return lower, upper, density
}

// bisect solves f(x) = y for an increasing f.
func bisect(f func(float64) float64, y float64) float64 {
	lo, hi := -60.0, 60.0
	for range 200 {
		if mid := (lo + hi) / 2; f(mid) < y {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

func quantileOf(p float64) float64 { return bisect(cdf, p) }

// A distribution is the law of a mixture's components, and the law of z that the mixture is mapped to.
type distribution struct {
	cdf, density, quantile func(float64) float64
	forward, inverse       func(b *graph.Builder, x, theta *G.Node, k int, clamp kernel.Clamp) (y, logSlope *G.Node)
}

var (
	normals   = distribution{cdf, phi, quantileOf, (*graph.Builder).Mixture, (*graph.Builder).MixtureInverse}
	logistics = distribution{
		func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		func(x float64) float64 { return 1 / (2 + 2*math.Cosh(x)) },
		func(p float64) float64 { return math.Log(p / (1 - p)) },
		(*graph.Builder).LogisticMixture, (*graph.Builder).LogisticMixtureInverse,
	}
)

// mixtureCase maps 3×2 by mixtures of k = 3 components: value and log slope, stacked.
func mixtureCase(of distribution, perRow, inverse, composed bool) opCase {
	const n, d, k = 3, 2, 3
	theta := []int{3, d, k}
	at := func(i int) (offset int) { return i % d * k }
	if perRow {
		theta = []int{n, 3 * d * k}
		at = func(i int) int { return i/d*3*d*k + i%d*k }
	}
	clamp := kernel.Clamp{Kind: kernel.ClampTanh, Lo: -2, Hi: 2}
	bound := func(raw float64) float64 { return 2 * math.Tanh(raw) }
	return opCase{
		build: func(b *graph.Builder, in nodes) *G.Node {
			b.Composed = composed
			f := of.forward
			if inverse {
				f = of.inverse
			}
			return b.Stack(pair(f(b, in[0], in[1], k, clamp))...)
		},
		shapes: shapes([]int{n, d}, theta),
		naive: func(in [][]float64) []float64 {
			out := make([]float64, 2*n*d)
			for i, x := range in[0] {
				z, sign := x, 1.0
				if inverse { // solve for x, given z
					target := of.cdf(x)
					x = bisect(func(x float64) float64 { f, _, _ := of.mixture(x, in[1], at(i), d*k, k, bound); return f }, target)
					out[i], sign = x, -1
				}
				f, _, density := of.mixture(x, in[1], at(i), d*k, k, bound)
				if !inverse {
					z = of.quantile(f)
					out[i] = z
				}
				out[n*d+i] = sign * math.Log(density/of.density(z))
			}
			return out
		},
		adjust: func(in [][]float64) {
			for i := range in[0] {
				in[0][i] *= 0.7 // the naive formula loses its digits in the tails, so x stays near the middle
			}
		},
	}
}

// splineOf is a spline with K bins by the published formulas: value and slope at x.
func splineOf(s kernel.Spline, x float64, widths, heights, raw []float64) (z, slope float64) {
	if math.Abs(x) >= s.Hi {
		return x, 1
	}
	sizes := func(raw []float64, least float64) (out []float64) {
		for _, v := range raw {
			out = append(out, 2*s.Hi*(least+(1-float64(s.Bins)*least)*math.Exp(v-logSum(raw))))
		}
		return out
	}
	w, h := sizes(widths, s.MinWidth), sizes(heights, s.MinHeight)
	slopeAt := func(i int) float64 {
		if i == 0 || i == s.Bins {
			return 1
		}
		return s.MinSlope + math.Log(1+(math.Exp(1-s.MinSlope)-1)*math.Exp(raw[i-1]))
	}
	i, left, below := 0, -s.Hi, -s.Hi
	for ; i < s.Bins-1 && x >= left+w[i]; i++ {
		left, below = left+w[i], below+h[i]
	}
	xi, q := (x-left)/w[i], h[i]/w[i]
	mixed := xi * (1 - xi)
	denominator := q + (slopeAt(i+1)+slopeAt(i)-2*q)*mixed
	z = below + h[i]*(q*xi*xi+slopeAt(i)*mixed)/denominator
	return z, q * q * (slopeAt(i+1)*xi*xi + 2*q*mixed + slopeAt(i)*(1-xi)*(1-xi)) / (denominator * denominator)
}

// splineCase maps 4×2 by splines of 3 bins: value and log slope, stacked. One element is in a tail.
func splineCase(perRow, inverse bool) opCase {
	const n, d, k = 4, 2, 3
	s := kernel.Spline{Bins: k, Lo: -2.5, Hi: 2.5, MinWidth: 1e-2, MinHeight: 2e-2, MinSlope: 3e-2}
	theta, of := shapes([]int{n, d}, []int{d, k}, []int{d, k}, []int{d, k - 1}), func(in [][]float64, e int) (a, b, c []float64) {
		j := e % d
		return in[1][j*k:][:k], in[2][j*k:][:k], in[3][j*(k-1):][:k-1]
	}
	if perRow {
		theta, of = shapes([]int{n, d}, []int{n, d * (3*k - 1)}), func(in [][]float64, e int) (a, b, c []float64) {
			row, j := in[1][e/d*d*(3*k-1):], e%d
			return row[j*k:][:k], row[(d+j)*k:][:k], row[2*d*k+j*(k-1):][:k-1]
		}
	}
	return opCase{
		build: func(b *graph.Builder, in nodes) *G.Node {
			f := b.Spline
			if inverse {
				f = b.SplineInverse
			}
			return b.Stack(pair(f(in[0], s, in[1:]...))...)
		},
		shapes: theta,
		naive: func(in [][]float64) []float64 {
			out := make([]float64, 2*n*d)
			for e, x := range in[0] {
				a, b, c := of(in, e)
				sign := 1.0
				if inverse { // solve for x, given z
					x = bisect(func(x float64) float64 { z, _ := splineOf(s, x, a, b, c); return z }, x)
					sign = -1
				}
				z, slope := splineOf(s, x, a, b, c)
				if inverse {
					z = x
				}
				out[e], out[n*d+e] = z, sign*math.Log(slope)
			}
			return out
		},
		adjust: func(in [][]float64) {
			copy(in[0], []float64{-2.6, 0.3, 1.7, -1.1, 0.9, 2.2, -0.4, 4})
		},
	}
}

// supportCase maps 4×3, numbers from −1 to 1, by supports of all kinds: value and log slope, stacked. maps are z(x), or x(z).
func supportCase(columns []kernel.Support, inverse bool, maps ...func(float64) (z, slope float64)) opCase {
	return opCase{
		build: func(b *graph.Builder, in nodes) *G.Node {
			f := b.Support
			if inverse {
				f = b.SupportInverse
			}
			return b.Stack(pair(f(in[0], columns))...)
		},
		shapes: shapes([]int{4, len(columns)}),
		naive: func(in [][]float64) []float64 {
			out := make([]float64, 2*len(in[0]))
			for e, x := range in[0] {
				z, slope := maps[e%len(columns)](x)
				out[e], out[len(in[0])+e] = z, math.Log(slope)
			}
			return out
		},
		adjust: func(in [][]float64) {
			for e, x := range in[0] {
				in[0][e] = math.Tanh(x)
			}
		},
	}
}

// solveCase solves each row of 4×2 by a triangle of packed 2×2.
func solveCase(build func(b *graph.Builder, y, t *G.Node) *G.Node, naive func(y, t []float64) []float64) opCase {
	return opCase{
		build:  func(b *graph.Builder, in nodes) *G.Node { return build(b, in[0], in[1]) },
		shapes: shapes([]int{4, 2}, []int{2, 2}),
		naive: func(in [][]float64) []float64 {
			return eachRow(2, func(y []float64) []float64 { return naive(y, in[1]) })(in)
		},
	}
}

func pair(a, b *G.Node) nodes { return nodes{a, b} }

var ttf = []bool{true, false, true}

var ops = map[string]opCase{
	"Add":           {func(b *graph.Builder, in nodes) *G.Node { return b.Add(in[0], in[1]) }, shapes([]int{2, 3}, []int{2, 3}), eachPair(func(x, y float64) float64 { return x + y }), nil},
	"Add, a row":    {func(b *graph.Builder, in nodes) *G.Node { return b.Add(in[0], in[1]) }, shapes([]int{4, 2, 3}, []int{3}), eachPair(func(x, y float64) float64 { return x + y }), nil},
	"Sub":           {func(b *graph.Builder, in nodes) *G.Node { return b.Sub(in[0], in[1]) }, shapes([]int{2, 3}, []int{2, 3}), eachPair(func(x, y float64) float64 { return x - y }), nil},
	"Sub, a matrix": {func(b *graph.Builder, in nodes) *G.Node { return b.Sub(in[0], in[1]) }, shapes([]int{4, 2, 3}, []int{2, 3}), eachPair(func(x, y float64) float64 { return x - y }), nil},
	"Mul":           {func(b *graph.Builder, in nodes) *G.Node { return b.Mul(in[0], in[1]) }, shapes([]int{2, 3}, []int{2, 3}), eachPair(func(x, y float64) float64 { return x * y }), nil},
	"Mul, a row":    {func(b *graph.Builder, in nodes) *G.Node { return b.Mul(in[0], in[1]) }, shapes([]int{4, 3}, []int{3}), eachPair(func(x, y float64) float64 { return x * y }), nil},
	"Mul, itself":   {func(b *graph.Builder, in nodes) *G.Node { return b.Mul(in[0], in[0]) }, shapes([]int{4, 3}), each(func(x float64) float64 { return x * x }), nil},
	"Scale":         {func(b *graph.Builder, in nodes) *G.Node { return b.Scale(in[0], -2.5) }, shapes([]int{2, 3}), each(func(x float64) float64 { return -2.5 * x }), nil},
	"Exp":           {func(b *graph.Builder, in nodes) *G.Node { return b.Exp(in[0]) }, shapes([]int{2, 3}), each(math.Exp), nil},
	"LogCDF":        {func(b *graph.Builder, in nodes) *G.Node { return b.LogCDF(in[0]) }, shapes([]int{5, 3}), each(func(x float64) float64 { return math.Log(cdf(x)) }), nil},
	"SignedLog":     {func(b *graph.Builder, in nodes) *G.Node { return b.SignedLog(in[0]) }, shapes([]int{5, 3}), each(func(x float64) float64 { return math.Copysign(math.Log(1+math.Abs(x)), x) }), nil},
	"SignedExp":     {func(b *graph.Builder, in nodes) *G.Node { return b.SignedExp(in[0]) }, shapes([]int{5, 3}), each(func(x float64) float64 { return math.Copysign(math.Exp(math.Abs(x))-1, x) }), nil},
	"Abs":           {func(b *graph.Builder, in nodes) *G.Node { return b.Abs(in[0]) }, shapes([]int{5, 3}), each(math.Abs), nil},
	"ExpRelative":   {func(b *graph.Builder, in nodes) *G.Node { return b.ExpRelative(in[0]) }, shapes([]int{5, 3}), each(func(x float64) float64 { return (math.Exp(x) - 1) / x }), nil},
	"LogRelative":   {func(b *graph.Builder, in nodes) *G.Node { return b.LogRelative(b.Exp(in[0])) }, shapes([]int{5, 3}), each(func(x float64) float64 { return math.Log(1+math.Exp(x)) / math.Exp(x) }), nil},
	"LogPDF":        {func(b *graph.Builder, in nodes) *G.Node { return b.LogPDF(in[0]) }, shapes([]int{5, 3}), each(func(x float64) float64 { return math.Log(phi(x)) }), nil},
	"Relu":          {func(b *graph.Builder, in nodes) *G.Node { return b.Activate(in[0], graph.Relu) }, shapes([]int{5, 3}), each(relu), nil},
	"Tanh":          {func(b *graph.Builder, in nodes) *G.Node { return b.Activate(in[0], graph.Tanh) }, shapes([]int{5, 3}), each(math.Tanh), nil},
	"Silu":          {func(b *graph.Builder, in nodes) *G.Node { return b.Activate(in[0], graph.Silu) }, shapes([]int{5, 3}), each(silu), nil},
	"Gelu":          {func(b *graph.Builder, in nodes) *G.Node { return b.Activate(in[0], graph.Gelu) }, shapes([]int{5, 3}), each(gelu), nil},
	"tanh clamp": {func(b *graph.Builder, in nodes) *G.Node {
		return b.Clamp(in[0], kernel.Clamp{Kind: kernel.ClampTanh, Lo: -3, Hi: 3})
	}, shapes([]int{5, 3}), each(func(x float64) float64 { return 3 * math.Tanh(x) }), nil},
	"sigmoid clamp": {func(b *graph.Builder, in nodes) *G.Node {
		return b.Clamp(in[0], kernel.Clamp{Kind: kernel.ClampSigmoid, Lo: -1, Hi: 4})
	}, shapes([]int{5, 3}), each(func(x float64) float64 { return -1 + 5/(1+math.Exp(-x)) }), nil},

	"MatMul": {func(b *graph.Builder, in nodes) *G.Node { return b.MatMul(in[0], in[1]) }, shapes([]int{4, 3}, []int{3, 5}), func(in [][]float64) []float64 {
		return product(4, 3, 5, in[0], func(i, j int) float64 { return in[1][i*5+j] })
	}, nil},
	"MatMulT": {func(b *graph.Builder, in nodes) *G.Node { return b.MatMulT(in[0], in[1]) }, shapes([]int{4, 3}, []int{5, 3}), func(in [][]float64) []float64 {
		return product(4, 3, 5, in[0], func(i, j int) float64 { return in[1][j*3+i] })
	}, nil},
	"Dense":                dense(graph.Linear, same, false),
	"Dense, relu":          dense(graph.Relu, relu, false),
	"Dense, tanh":          dense(graph.Tanh, math.Tanh, false),
	"Dense, silu":          dense(graph.Silu, silu, false),
	"Dense, gelu":          dense(graph.Gelu, gelu, false),
	"Dense, composed":      dense(graph.Linear, same, true),
	"Dense, relu composed": dense(graph.Relu, relu, true),
	"Orthogonal": {func(b *graph.Builder, in nodes) *G.Node { return b.Orthogonal(in[0]) }, shapes([]int{2, 3}), func(in [][]float64) []float64 {
		q := []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
		for v := in[0]; len(v) > 0; v = v[3:] {
			square := v[0]*v[0] + v[1]*v[1] + v[2]*v[2]
			q = product(3, 3, 3, q, func(i, j int) float64 {
				h := -2 * v[i] * v[j] / square
				if i == j {
					h++
				}
				return h
			})
		}
		return q
	}, nil},

	"Sum, three": {func(b *graph.Builder, in nodes) *G.Node { return b.Sum(in...) }, shapes([]int{2, 3}, []int{2, 3}, []int{2, 3}), func(in [][]float64) []float64 {
		return eachPair(func(x, y float64) float64 { return x + y })([][]float64{eachPair(func(x, y float64) float64 { return x + y })(in), in[2]})
	}, nil},
	"Sum, zeros left out": {func(b *graph.Builder, in nodes) *G.Node { return b.Sum(b.Zeros(2, 3), in[0]) }, shapes([]int{2, 3}), each(same), nil},
	"SumLast":             {func(b *graph.Builder, in nodes) *G.Node { return b.SumLast(in[0]) }, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 { return []float64{r[0] + r[1] + r[2]} }), nil},
	"ExpandLast":          {func(b *graph.Builder, in nodes) *G.Node { return b.ExpandLast(in[0], 2) }, shapes([]int{4, 3}), eachRow(1, func(r []float64) []float64 { return []float64{r[0], r[0]} }), nil},
	"Dot": {func(b *graph.Builder, in nodes) *G.Node { return b.Dot(in[0], in[1]) }, shapes([]int{2, 3}, []int{2, 3}), func(in [][]float64) []float64 {
		return product(1, 6, 1, in[0], func(i, _ int) float64 { return in[1][i] })
	}, nil},
	"LogSumExp": {func(b *graph.Builder, in nodes) *G.Node { return b.LogSumExp(in[0]) }, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 { return []float64{logSum(r)} }), nil},
	"LogSoftmax": {func(b *graph.Builder, in nodes) *G.Node { return b.LogSoftmax(in[0]) }, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 {
		return []float64{r[0] - logSum(r), r[1] - logSum(r), r[2] - logSum(r)}
	}), nil},
	"LogNormal": {func(b *graph.Builder, in nodes) *G.Node { return b.LogNormal(in[0]) }, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 {
		return []float64{math.Log(phi(r[0]) * phi(r[1]) * phi(r[2]))}
	}), nil},
	"NormalScore": {func(b *graph.Builder, in nodes) *G.Node { return b.NormalScore(in[0], in[1]) }, shapes([]int{4, 3}, []int{4, 3}), func(in [][]float64) []float64 {
		return eachPair(func(f, s float64) float64 {
			if f <= s {
				return quantileOf(math.Exp(f))
			}
			return -quantileOf(math.Exp(s))
		})(in)
	}, func(in [][]float64) { // logarithms of both tails, drawn as two independent inputs
		for _, x := range in {
			for i, v := range x {
				x[i] = -math.Abs(v) - 0.1
			}
		}
	}},

	"Split, first": {func(b *graph.Builder, in nodes) *G.Node {
		first, _ := b.Split(in[0], ttf)
		return first
	}, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 { return []float64{r[0], r[2]} }), nil},
	"Split, second": {func(b *graph.Builder, in nodes) *G.Node {
		_, second := b.Split(in[0], ttf)
		return second
	}, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 { return r[1:2] }), nil},
	"Join": {func(b *graph.Builder, in nodes) *G.Node { return b.Join(in[0], in[1], ttf) }, shapes([]int{4, 2}, []int{4, 1}), func(in [][]float64) (out []float64) {
		for i := range 4 {
			out = append(out, in[0][2*i], in[1][i], in[0][2*i+1])
		}
		return out
	}, nil},
	"RepeatBlocks": {func(b *graph.Builder, in nodes) *G.Node { return b.RepeatBlocks(in[0], 2, 3) }, shapes([]int{3, 4}), eachRow(4, func(r []float64) []float64 {
		a, c := r[:2], r[2:]
		return []float64{a[0], a[1], a[0], a[1], a[0], a[1], c[0], c[1], c[0], c[1], c[0], c[1]}
	}), nil},
	"Slab":    {func(b *graph.Builder, in nodes) *G.Node { return b.Slab(in[0], 3, 2, 4) }, shapes([]int{4, 3}), func(in [][]float64) []float64 { return in[0][3:11] }, nil},
	"Reshape": {func(b *graph.Builder, in nodes) *G.Node { return b.Reshape(in[0], 2, 3, 2) }, shapes([]int{4, 3}), each(same), nil},
	"Stack": {func(b *graph.Builder, in nodes) *G.Node { return b.Stack(in...) }, shapes([]int{2, 3}, []int{2, 3}), func(in [][]float64) []float64 {
		return append(append([]float64(nil), in[0]...), in[1]...)
	}, nil},

	"Mixture":                       mixtureCase(normals, false, false, false),
	"Mixture, a row":                mixtureCase(normals, true, false, false),
	"Mixture, composed":             mixtureCase(normals, false, false, true),
	"Mixture, a row, composed":      mixtureCase(normals, true, false, true),
	"MixtureInverse":                mixtureCase(normals, false, true, false),
	"Intervals":                     intervalsCase(false, 0),
	"Intervals, points":             intervalsCase(true, 0),
	"Intervals, background":         intervalsCase(false, 0.1),
	"Intervals, points, background": intervalsCase(true, 0.2),
	"OneHot":                        oneHotCase(),
	"LevelLogProb":                  levelsCase(),
	"MixtureInverse, a row":         mixtureCase(normals, true, true, false),
	"MixtureInverse, composed":      mixtureCase(normals, false, true, true),
	"LogisticMixture":               mixtureCase(logistics, false, false, false),
	"LogisticMixture, a row":        mixtureCase(logistics, true, false, false),
	"LogisticMixtureInverse":        mixtureCase(logistics, false, true, false),
	"LogisticMixtureInverse, a row": mixtureCase(logistics, true, true, false),
	"Wrap":                          {func(b *graph.Builder, in nodes) *G.Node { return b.Wrap(in[0], -1, 0.5) }, shapes([]int{4, 3}), each(func(x float64) float64 { return x - 1.5*math.Floor((x+1)/1.5) }), nil},
	"Spline":                        splineCase(false, false),
	"Spline, a row":                 splineCase(true, false),
	"SplineInverse":                 splineCase(false, true),
	"SplineInverse, a row":          splineCase(true, true),
	"MaskedDense, tanh":             maskedDense(graph.Tanh, math.Tanh, false),
	"MaskedDense, relu":             maskedDense(graph.Relu, relu, false),
	"MaskedDense, composed":         maskedDense(graph.Silu, silu, true),
	"Recurse":                       recursionCase(0),
	"Recurse, the log slope":        recursionCase(1),
	"Support": supportCase([]kernel.Support{{Kind: kernel.SupportLogit, Lo: -2, Hi: 3}, {Kind: kernel.SupportYeoJohnson, Lambda: 0.5}, {Kind: kernel.SupportSoftplus, Lo: -2}}, false,
		func(x float64) (float64, float64) { return math.Log((x + 2) / (3 - x)), 1/(x+2) + 1/(3-x) },
		func(x float64) (float64, float64) {
			if x < 0 {
				return -(math.Pow(1-x, 1.5) - 1) / 1.5, math.Sqrt(1 - x)
			}
			return (math.Sqrt(1+x) - 1) / 0.5, 1 / math.Sqrt(1+x)
		},
		func(x float64) (float64, float64) { return math.Log(math.Exp(x+2) - 1), 1 / (1 - math.Exp(-x-2)) }),
	"Support, more": supportCase([]kernel.Support{{Kind: kernel.SupportLog, Lo: -2}, {Kind: kernel.SupportLogBelow, Hi: 2}, {Kind: kernel.SupportBoxCox, Lo: -2, Lambda: 2}, {Kind: kernel.SupportAtanh, Lo: -2, Hi: 2}, {}}, false,
		func(x float64) (float64, float64) { return math.Log(x + 2), 1 / (x + 2) },
		func(x float64) (float64, float64) { return -math.Log(2 - x), 1 / (2 - x) },
		func(x float64) (float64, float64) { return ((x+2)*(x+2) - 1) / 2, x + 2 },
		func(x float64) (float64, float64) { return math.Atanh(x / 2), 2 / (4 - x*x) },
		func(x float64) (float64, float64) { return x, 1 }),
	"SupportInverse": supportCase([]kernel.Support{{Kind: kernel.SupportLogit, Lo: -2, Hi: 3}, {Kind: kernel.SupportYeoJohnson, Lambda: 0.5}, {Kind: kernel.SupportSoftplus, Lo: -2}}, true,
		func(z float64) (float64, float64) {
			return -2 + 5/(1+math.Exp(-z)), 5 * math.Exp(-z) / math.Pow(1+math.Exp(-z), 2)
		},
		func(z float64) (float64, float64) {
			if z < 0 {
				return 1 - math.Pow(1-1.5*z, 1/1.5), math.Pow(1-1.5*z, 1/1.5-1)
			}
			return math.Pow(1+z/2, 2) - 1, 1 + z/2
		},
		func(z float64) (float64, float64) { return -2 + math.Log(1+math.Exp(z)), 1 / (1 + math.Exp(-z)) }),
	"SupportInverse, more": supportCase([]kernel.Support{{Kind: kernel.SupportLog, Lo: -2}, {Kind: kernel.SupportLogBelow, Hi: 2}, {Kind: kernel.SupportBoxCox, Lo: -2, Lambda: 0.5}, {Kind: kernel.SupportAtanh, Lo: -2, Hi: 2}, {}}, true,
		func(z float64) (float64, float64) { return math.Exp(z) - 2, math.Exp(z) },
		func(z float64) (float64, float64) { return 2 - math.Exp(-z), math.Exp(-z) },
		func(z float64) (float64, float64) { return (1+z/2)*(1+z/2) - 2, 1 + z/2 },
		func(z float64) (float64, float64) { return 2 * math.Tanh(z), 2 / math.Pow(math.Cosh(z), 2) },
		func(z float64) (float64, float64) { return z, 1 }),
	"Permute": {func(b *graph.Builder, in nodes) *G.Node { return b.Permute(in[0], []int{2, 0, 1}) }, shapes([]int{4, 3}), eachRow(3, func(r []float64) []float64 {
		return []float64{r[2], r[0], r[1]}
	}), nil},
	"UnitLower": {func(b *graph.Builder, in nodes) *G.Node { return b.UnitLower(in[0]) }, shapes([]int{3, 3}), func(in [][]float64) []float64 {
		p := in[0]
		return []float64{1, 0, 0, p[3], 1, 0, p[6], p[7], 1}
	}, nil},
	"UpperExp": {func(b *graph.Builder, in nodes) *G.Node { return b.UpperExp(in[0], ttf) }, shapes([]int{3, 3}), func(in [][]float64) []float64 {
		p := in[0]
		return []float64{-math.Exp(p[0]), p[1], p[2], 0, math.Exp(p[4]), p[5], 0, 0, -math.Exp(p[8])}
	}, nil},
	"SolveLower": solveCase(func(b *graph.Builder, y, t *G.Node) *G.Node { return b.SolveLower(y, b.UnitLower(t)) }, func(y, t []float64) []float64 {
		x1 := y[1]
		return []float64{y[0] - x1*t[2], x1}
	}),
	"SolveUpper": solveCase(func(b *graph.Builder, y, t *G.Node) *G.Node { return b.SolveUpper(y, b.UpperExp(t, nil)) }, func(y, t []float64) []float64 {
		x0 := y[0] * math.Exp(-t[0])
		return []float64{x0, (y[1] - x0*t[1]) * math.Exp(-t[3])}
	}),
	"Diagonal": {func(b *graph.Builder, in nodes) *G.Node { return b.Diagonal(in[0]) }, shapes([]int{2, 2}), func(in [][]float64) []float64 {
		return []float64{in[0][0], in[0][3]}
	}, nil},
	"stock op, for comparison":  {func(b *graph.Builder, in nodes) *G.Node { return b.Lift(G.Tanh(in[0])) }, shapes([]int{2, 3}), each(math.Tanh), nil},
	"two ops, for the sum rule": {func(b *graph.Builder, in nodes) *G.Node { return b.Mul(b.Exp(in[0]), in[0]) }, shapes([]int{2, 3}), each(func(x float64) float64 { return x * math.Exp(x) }), nil},
}
