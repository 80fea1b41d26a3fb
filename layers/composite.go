package layers

import (
	"fmt"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
)

// A Composite is a bijector made of others, as a Chain is. Functions that list, freeze or save layers look inside it. The
// parameters that it declares (Register) are those of the layers inside, each prefixed by the number of its layer, as
// "0.shift".
type Composite interface {
	Bijector
	// Layers are the bijectors inside, in the order of their parameters.
	Layers() []Bijector
}

// Inside lists the layers that b is made of; it is empty if b is nil or no Composite.
func Inside(b Bijector) []Bijector {
	if c, ok := b.(Composite); ok && !defaults.IsNil(b) {
		return c.Layers()
	}
	return nil
}

// Slots lists b's parameters in the order of Specs. For a Composite whose layers share a parameter it is repeated for each of them;
// otherwise Slots equals Params. It is empty if b is nil.
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

// within prefixes the names of parameters with place.
func within(place string, specs []graph.ParamSpec) []graph.ParamSpec {
	named := make([]graph.ParamSpec, len(specs))
	for i, s := range specs {
		named[i] = graph.ParamSpec{Name: place + "." + s.Name, Shape: s.Shape}
	}
	return named
}

// checkParams asks a layer that does not accept every value whether its parameters are acceptable.
func checkParams(b Bijector) error {
	if p, ok := b.(ParamChecker); ok && !defaults.IsNil(b) {
		return p.CheckParams()
	}
	return nil
}

// maxDepth limits the nesting of a description: reading costs one more pass over the text for every level.
const maxDepth = 64

// checkDepth reports JSON in which layers are nested too deeply to be meant.
func checkDepth(raw []byte) error {
	if deep := depth(raw); deep > maxDepth {
		return fmt.Errorf("layers in layers: %d levels of JSON, want at most %d", deep, maxDepth)
	}
	return nil
}

// depth is the nesting depth of the brackets of raw, which is JSON. Brackets inside strings are counted too.
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
