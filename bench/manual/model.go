package manual

import (
	"errors"
	"fmt"
	"strings"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/layers"
)

// A span is a part of the flat parameter vector.
type span struct{ at, n int }

func cut[T any](flat []T, s span) []T { return flat[s.at : s.at+s.n] }

// denseShape is x·kernel + bias, kernel in×out.
type denseShape struct {
	in, out      int
	kernel, bias span
}

// blockShape is a rotation and what follows it: two couplings, or where they are nil one MixtureCDF.
type blockShape struct {
	reflectors span
	first      []denseShape // from half a to the mixtures of half b
	second     []denseShape // from half b to the mixtures of half a
	k          int
	theta      span // logits, means, log scales, each d×K
}

// shape is a flow's architecture over one flat vector of parameters: the reflectors of all blocks come last, because
// their gradients are found otherwise.
type shape struct {
	dim, a int // columns; columns of half a
	clamp  kernel.Clamp
	blocks []blockShape
	spans  []span // of the flow's parameters, in its order
	flat   int    // parameters that are no reflectors
	all    int
}

var errRecipe = errors.New("manual: want a flow of NewCoupling (ReLU, half masks) or NewGaussianization (no PCA)")

// read finds the architecture of f in its layers.
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
		if _, ok := named[0].Layer.(*layers.Householder); !ok || len(named) < 2 {
			return nil, errRecipe
		}
		block := blockShape{reflectors: next()}
		var err error
		switch second := named[1].Layer.(type) {
		case *layers.MixtureCDF:
			block.k = second.Config().(layers.MixtureCDFConfig).Components
			block.theta = next()
			block.theta.n += next().n + next().n
			named = named[2:]
		case *layers.MixtureCDFCoupling:
			if len(named) < 3 {
				return nil, errRecipe
			}
			if block.first, err = s.coupling(second, true, next); err != nil {
				return nil, err
			}
			if block.second, err = s.coupling(named[2].Layer, false, next); err != nil {
				return nil, err
			}
			block.k = second.Config().(layers.CouplingConfig).Components
			named = named[3:]
		default:
			return nil, errRecipe
		}
		s.blocks = append(s.blocks, block)
	}
	return s, nil
}

// place lays the parameters out.
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

// coupling reads a coupling whose identity half is a (or b).
func (s *shape) coupling(l layers.Bijector, a bool, next func() span) ([]denseShape, error) {
	c, ok := l.(*layers.MixtureCDFCoupling)
	if !ok {
		return nil, errRecipe
	}
	config := c.Config().(layers.CouplingConfig)
	if config.Shared || config.Custom || (config.MLP.Activation != graph.Relu && config.MLP.Activation != graph.Linear) {
		return nil, errRecipe
	}
	for j, identity := range config.Mask {
		if identity != (j < s.a == a) {
			return nil, errRecipe
		}
	}
	s.clamp = config.ScaleClamp
	var mlp []denseShape
	params := c.Params()
	for i := 0; i < len(params); i += 2 {
		if !strings.HasSuffix(params[i].Name, ".kernel") {
			return nil, fmt.Errorf("%w: got a conditioner with %s", errRecipe, params[i].Name)
		}
		mlp = append(mlp, denseShape{params[i].Shape()[0], params[i].Shape()[1], next(), next()})
	}
	return mlp, nil
}
