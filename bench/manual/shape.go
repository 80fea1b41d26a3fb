package manual

import (
	"errors"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/layers"
)

// A span is a part of the flat parameter vector.
type span struct{ at, n int }

func cut[T any](flat []T, s span) []T { return flat[s.at : s.at+s.n] }

// denseShape is x·kernel + bias, kernel in×out. With degrees, an entry of the kernel is zero if its row's degree is above its
// column's.
type denseShape struct {
	in, out       int
	kernel, bias  span
	rows, columns []int
}

// blockShape is a rotation followed by two couplings or one MixtureCDF; or else a single masked layer.
type blockShape struct {
	reflectors span
	masked     []denseShape // from all columns to their shifts and log scales
	first      []denseShape // from half a to the mixtures of half b
	second     []denseShape // from half b to the mixtures of half a
	k          int
	theta      span // logits, means, log scales, each d×K
}

// shape is a flow's architecture over one flat vector of parameters. The reflectors of all blocks come last, because
// their gradients are computed differently.
type shape struct {
	dim, a int // columns; columns of half a
	clamp  kernel.Clamp
	blocks []blockShape
	turns  int    // number of blocks with a rotation: all or none
	zeros  []span // parameters that masks exclude
	spans  []span // places of the flow's parameters, in its order
	flat   int    // number of parameters that are no reflectors
	all    int
}

var errRecipe = errors.New("manual: want a flow of NewCoupling (ReLU, half masks), of NewGaussianization (no PCA) or of affine Autoregressive layers (ReLU)")

// read determines the architecture of f from its layers.
func read(f *flows.Flow) (*shape, error) {
	s := &shape{dim: f.Dim(), a: f.Dim() / 2}
	for _, p := range f.Params() {
		s.spans = append(s.spans, span{n: p.Size()})
	}
	s.place(f.Params())
	at := 0
	next := func() span { at++; return s.spans[at-1] }
	named := f.Layers()
	for len(named) > 0 {
		block, n, err := s.block(named, next)
		if err != nil {
			return nil, err
		}
		s.blocks, named = append(s.blocks, block), named[n:]
		if block.masked == nil {
			s.turns++
		}
	}
	if len(s.blocks) == 0 || s.turns > 0 && s.turns < len(s.blocks) {
		return nil, errRecipe
	}
	return s, nil
}

// block reads the first block of named, which has n layers.
func (s *shape) block(named []flows.Named, next func() span) (b blockShape, n int, err error) {
	if a, ok := named[0].Layer.(*layers.Autoregressive); ok {
		b.masked, err = s.autoregressive(a, next)
		return b, 1, err
	}
	if _, ok := named[0].Layer.(*layers.Householder); !ok || len(named) < 2 {
		return b, 0, errRecipe
	}
	b.reflectors = next()
	if m, ok := named[1].Layer.(*layers.MixtureCDF); ok {
		b.k = m.Config().Components
		b.theta = next() // the places of the other two parameters follow
		b.theta.n += next().n + next().n
		return b, 2, nil
	}
	if len(named) < 3 {
		return b, 0, errRecipe
	}
	if b.first, err = s.coupling(&b, named[1].Layer, true, next); err != nil {
		return b, 0, err
	}
	b.second, err = s.coupling(&b, named[2].Layer, false, next)
	return b, 3, err
}

// place determines where the parameters are stored.
func (s *shape) place(params []*graph.Param) {
	for _, reflectors := range []bool{false, true} {
		for i, p := range params {
			if (p.Name == "v") == reflectors {
				s.spans[i].at = s.all
				s.all += p.Size()
			}
		}
		if !reflectors {
			s.flat = s.all
		}
	}
}

// coupling reads a coupling whose identity half is a (or b). Components and clamp must be those of earlier couplings.
func (s *shape) coupling(b *blockShape, l layers.Bijector, a bool, next func() span) (mlp []denseShape, err error) {
	c, ok := l.(*layers.MixtureCDFCoupling)
	if !ok {
		return nil, errRecipe
	}
	config := c.Config()
	if b.k == 0 {
		b.k = config.Components
	}
	if s.clamp == (kernel.Clamp{}) {
		s.clamp = config.ScaleClamp
	}
	relu := config.MLP.Activation == graph.Relu || config.MLP.Activation == graph.Linear // the default
	if config.Shared || !relu || config.Components != b.k || config.ScaleClamp != s.clamp {
		return nil, errRecipe
	}
	for j, identity := range config.Mask {
		if identity != (j < s.a == a) {
			return nil, errRecipe
		}
	}
	return perceptron(c.Params(), next), nil
}

// perceptron reads a kernel and a bias for each layer.
func perceptron(params []*graph.Param, next func() span) (mlp []denseShape) {
	for i := 0; i < len(params); i += 2 {
		mlp = append(mlp, denseShape{in: params[i].Shape()[0], out: params[i].Shape()[1], kernel: next(), bias: next()})
	}
	return mlp
}
