package graph

import (
	"fmt"
	"math"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// A code represents a level of a category in a tensor: 1 + its index, or 0 for none.

// OneHot writes codes (N×C) of categories with the given numbers of levels as N×Σlevels: 1 at the level of the code, else 0. It
// has no gradient. An invalid code gives NaN in all places of its category.
func (b *Builder) OneHot(codes *G.Node, levels []int) *G.Node {
	return b.apply(oneHot{levelString(levels)}, codes)
}

// LevelLogProb is the log-probability of codes (N×C) under the softmax of each category's logits (N×Σlevels, one category after
// the other): N×C. The code 0 gives 0, an invalid code NaN.
func (b *Builder) LevelLogProb(logits, codes *G.Node, levels []int) *G.Node {
	return b.apply(levelLogProb{levelString(levels)}, logits, codes)
}

// levelString writes the numbers of levels as a string, which can be part of an op.
func levelString(levels []int) string { return strings.Trim(fmt.Sprint(levels), "[]") }

func levelsOf(s string) (levels []int, total int) {
	for _, f := range strings.Fields(s) {
		n := 0
		fmt.Sscan(f, &n)
		levels = append(levels, n)
		total += n
	}
	return levels, total
}

func checkLevels(s string) (levels []int, total int, err error) {
	levels, total = levelsOf(s)
	for i, n := range levels {
		if n < 1 {
			return nil, 0, fmt.Errorf("category %d (from 0) has %d levels, want ≥ 1", i, n)
		}
	}
	return levels, total, nil
}

// levelAt is the index of the level that a code stands for, −1 for none; ok is false for an invalid code.
func levelAt(code float64, levels int) (at int, ok bool) {
	if code != math.Trunc(code) || !(code >= 0 && code <= float64(levels)) {
		return 0, false
	}
	return int(code) - 1, true
}

type oneHot struct{ levels string }

func (s oneHot) shape(in []tensor.Shape) (tensor.Shape, error) {
	levels, total, err := checkLevels(s.levels)
	if err != nil {
		return nil, err
	}
	if in[0].Dims() != 2 || in[0][1] != len(levels) {
		return nil, shapeError(fmt.Sprintf("codes N×%d", len(levels)), in)
	}
	return tensor.Shape{in[0][0], total}, nil
}

func (s oneHot) grads(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(flat{}, in[0]))
}

func (s oneHot) kernels() kernels { return both(s, bindOneHot, bindOneHot) }

func bindOneHot[T kernel.Float](s oneHot, out array[T], in []array[T]) func() {
	levels, _ := levelsOf(s.levels)
	return func() {
		to := out.data
		clear(to)
		for e, code := range in[0].data {
			n := levels[e%len(levels)]
			switch at, ok := levelAt(float64(code), n); {
			case !ok:
				for i := range n {
					to[i] = T(math.NaN())
				}
			case at >= 0:
				to[at] = 1
			}
			to = to[n:]
		}
	}
}

// flat is zero in the shape of its input: the gradient in what is not continuous.
type flat struct{}

func (flat) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (flat) kernels() kernels { return kernels{bindFlat[float64], bindFlat[float32]} }

func bindFlat[T kernel.Float](out array[T], _ []array[T]) func() {
	return func() { clear(out.data) }
}

type levelLogProb struct{ levels string }

func (s levelLogProb) shape(in []tensor.Shape) (tensor.Shape, error) {
	levels, total, err := checkLevels(s.levels)
	if err != nil {
		return nil, err
	}
	if in[0].Dims() != 2 || in[1].Dims() != 2 || in[0][0] != in[1][0] || in[0][1] != total || in[1][1] != len(levels) {
		return nil, shapeError(fmt.Sprintf("logits N×%d, codes N×%d", total, len(levels)), in)
	}
	return in[1].Clone(), nil
}

func (s levelLogProb) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(levelSlope(s), in[0], in[1], g), c.apply(flat{}, in[1]))
}

func (s levelLogProb) kernels() kernels { return both(s, bindLevelLogProb, bindLevelLogProb) }

func bindLevelLogProb[T kernel.Float](s levelLogProb, out array[T], in []array[T]) func() {
	levels, _ := levelsOf(s.levels)
	return func() {
		logits := in[0].data
		for e, code := range in[1].data {
			n := levels[e%len(levels)]
			switch at, ok := levelAt(float64(code), n); {
			case !ok:
				out.data[e] = T(math.NaN())
			case at < 0:
				out.data[e] = 0
			default:
				out.data[e] = T(float64(logits[at]) - kernel.LogSumExp(logits[:n]))
			}
			logits = logits[n:]
		}
	}
}

// levelSlope is the gradient in the logits: g·(1 at the level − softmax).
type levelSlope levelLogProb

func (s levelSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s levelSlope) kernels() kernels { return both(levelLogProb(s), bindLevelSlope, bindLevelSlope) }

func bindLevelSlope[T kernel.Float](s levelLogProb, out array[T], in []array[T]) func() {
	levels, _ := levelsOf(s.levels)
	return func() {
		logits, to := in[0].data, out.data
		for e, code := range in[1].data {
			n, g := levels[e%len(levels)], in[2].data[e]
			at, ok := levelAt(float64(code), n)
			if !ok || at < 0 || g == 0 {
				clear(to[:n])
			} else {
				total := kernel.LogSumExp(logits[:n])
				for i := range n {
					to[i] = -g * T(math.Exp(float64(logits[i])-total))
				}
				to[at] += g
			}
			logits, to = logits[n:], to[n:]
		}
	}
}
