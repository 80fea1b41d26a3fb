package flows

import (
	"slices"
	"strconv"

	"gaussflow/layers"
)

// leaves are the layers that rows pass one after another. A chain is replaced by its links, which are named as in files by the
// chain's name and their number: "chain.0", "chain.1.2". For an inverted chain they are the inverted links, the last one first.
func leaves(named []Named) (flat []Named) {
	for _, n := range named {
		switch l := n.Layer.(type) {
		case *layers.Chain:
			flat = append(flat, leaves(inside(n.Name, l))...)
		case *layers.Inverted:
			flat = append(flat, invertedLeaves(Named{n.Name, l})...)
		default:
			flat = append(flat, n)
		}
	}
	return flat
}

// invertedLeaves are the leaves of an inverted layer.
func invertedLeaves(n Named) []Named {
	of := inside(n.Name, n.Layer)
	if len(of) != 1 {
		return []Named{n}
	}
	chain, ok := of[0].Layer.(*layers.Chain)
	if !ok {
		return []Named{n}
	}
	links := inside(of[0].Name, chain)
	slices.Reverse(links)
	for i, l := range links {
		links[i].Layer, _ = layers.Invert(l.Layer) // no error: the layer is not nil
	}
	return leaves(links)
}

// inside lists the layers that a layer is made of, named by its name and their number; none if it is no layers.Composite.
func inside(name string, b layers.Bijector) (named []Named) {
	for i, l := range layers.Inside(b) {
		named = append(named, Named{name + "." + strconv.Itoa(i), l})
	}
	return named
}

// all lists the layers and the layers inside them, each before those it contains.
func all(named []Named) (every []Named) {
	for _, n := range named {
		every = append(append(every, n), all(inside(n.Name, n.Layer))...)
	}
	return every
}

// Layer returns the layer with that name, nil if there is none. A layer inside another, a Chain say, has the other's name and its
// number there, from 0: "chain.1".
func (f *Flow) Layer(name string) layers.Bijector {
	every := all(f.Layers())
	if i := slices.IndexFunc(every, func(n Named) bool { return n.Name == name }); i >= 0 {
		return every[i].Layer
	}
	return nil
}
