package layers

import (
	"fmt"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Composite is a bijector made of others, as a Chain is: what lists, freezes or saves layers finds those inside of it. The
// parameters that it declares (Register) are those of the layers inside, each under the number of its layer, as "0.shift".
type Composite interface {
	Bijector
	// Layers are the bijectors inside, in the order of their parameters.
	Layers() []Bijector
}

// Inside are the layers that b is made of; none of a layer that is no Composite, or nil.
func Inside(b Bijector) []Bijector {
	if c, ok := b.(Composite); ok && !defaults.IsNil(b) {
		return c.Layers()
	}
	return nil
}

// Slots are the places for parameters in b, in the order of Specs. They are its Params, but for a Composite whose layers share one:
// that is in the slots of each. A nil has none.
func Slots(b Bijector) []*graph.Param {
	if defaults.IsNil(b) {
		return nil
	}
	inside := Inside(b)
	if len(inside) == 0 {
		return b.Params()
	}
	var slots []*graph.Param
	for _, l := range inside {
		slots = append(slots, Slots(l)...)
	}
	return slots
}

// within puts the name of a place before those of the parameters there.
func within(place string, specs []graph.ParamSpec) []graph.ParamSpec {
	named := make([]graph.ParamSpec, len(specs))
	for i, s := range specs {
		named[i] = graph.ParamSpec{Name: place + "." + s.Name, Shape: s.Shape}
	}
	return named
}

// checkParams asks a layer that not every value of its parameters suits.
func checkParams(b Bijector) error {
	if p, ok := b.(ParamChecker); ok && !defaults.IsNil(b) {
		return p.CheckParams()
	}
	return nil
}

// maxDepth bounds the nesting of a description: each level is read once more than the one above it.
const maxDepth = 64

// checkDepth reports JSON of layers in layers in layers, too many to be meant.
func checkDepth(raw []byte) error {
	if deep := depth(raw); deep > maxDepth {
		return fmt.Errorf("layers in layers: %d levels of JSON, want at most %d", deep, maxDepth)
	}
	return nil
}

// depth is how deep the brackets of raw, which is JSON, are nested; brackets in strings may count too.
func depth(raw []byte) (deepest int) {
	open := 0
	for _, c := range raw {
		switch c {
		case '{', '[':
			open++
			deepest = max(deepest, open)
		case '}', ']':
			open--
		}
	}
	return deepest
}
