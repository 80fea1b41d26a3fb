package graph_test

import (
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// intervalsCase is the log-probability of 3×2 intervals, or the log-density of points, under mixtures of 3 normals and a
// background.
func intervalsCase(points bool, background float64) opCase {
	const n, d, k = 3, 2, 3
	clamp := kernel.Clamp{Kind: kernel.ClampTanh, Lo: -2, Hi: 2}
	bound := func(raw float64) float64 { return 2 * math.Tanh(raw) }
	return opCase{
		build: func(b *graph.Builder, in nodes) *G.Node {
			if points {
				return b.Intervals(in[0], in[0], in[1], k, clamp, background)
			}
			return b.Intervals(in[0], in[1], in[2], k, clamp, background)
		},
		shapes: map[bool][][]int{true: {{n, d}, {n, 3 * d * k}}, false: {{n, d}, {n, d}, {n, 3 * d * k}}}[points],
		naive: func(in [][]float64) (out []float64) {
			theta := in[len(in)-1]
			for i := range in[0] {
				at := i/d*3*d*k + i%d*k
				below, _, density := normals.mixture(in[0][i], theta, at, d*k, k, bound)
				if points {
					out = append(out, math.Log((1-background)*density+background*phi(in[0][i])))
					continue
				}
				below2, _, _ := normals.mixture(in[1][i], theta, at, d*k, k, bound)
				out = append(out, math.Log((1-background)*(below2-below)+background*(cdf(in[1][i])-cdf(in[0][i]))))
			}
			return out
		},
		adjust: func(in [][]float64) {
			if points {
				return
			}
			for i, width := range []float64{0.3, 2, 0.05, 0.7, 5, 0.1} { // the naive formula loses digits in narrow intervals, so none is narrower than 0.05
				in[1][i] = in[0][i] + width
			}
		},
	}
}

// levelsCase is the log-probability of the codes of two categories, of 3 and 2 levels; the code 0 means a missing value and counts 0.
func levelsCase() opCase {
	return opCase{
		build:  func(b *graph.Builder, in nodes) *G.Node { return b.LevelLogProb(in[0], in[1], []int{3, 2}) },
		shapes: shapes([]int{3, 5}, []int{3, 2}),
		naive: func(in [][]float64) (out []float64) {
			for i := range 3 {
				for j, logits := range [][]float64{in[0][5*i:][:3], in[0][5*i+3:][:2]} {
					value := 0.0
					if code := int(math.Round(in[1][2*i+j])); code > 0 {
						value = logits[code-1] - logSum(logits)
					}
					out = append(out, value)
				}
			}
			return out
		},
		adjust: func(in [][]float64) { copy(in[1], []float64{1, 2, 3, 0, 2, 1}) },
	}
}

// oneHotCase writes the codes of two categories, of 3 and 2 levels, as one-hot columns.
func oneHotCase() opCase {
	return opCase{
		build:  func(b *graph.Builder, in nodes) *G.Node { return b.OneHot(in[0], []int{3, 2}) },
		shapes: shapes([]int{3, 2}),
		naive: func(in [][]float64) []float64 {
			out := make([]float64, 15)
			for e, v := range in[0] {
				if code := int(math.Round(v)); code > 0 {
					out[e/2*5+e%2*3+code-1] = 1
				}
			}
			return out
		},
		adjust: func(in [][]float64) { copy(in[0], []float64{1, 2, 3, 0, 0, 1}) },
	}
}
