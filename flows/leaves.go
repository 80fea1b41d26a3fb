package flows

import (
	"slices"
	"strconv"

	"gaussflow/layers"
)

// leaves are the layers that rows pass one after another: the links of a chain in place of the chain, under its name and their number,
// as files have them: "chain.0", "chain.1.2". Of a chain that is inverted they are the links, inverted, the last one first.
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

// invertedLeaves are those of a layer that is inverted.
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
		links[i].Layer, _ = layers.Invert(l.Layer) // it is not nil
	}
	return leaves(links)
}

// inside are the layers that a layer is made of, under its name and their number; none of one that is no layers.Composite.
func inside(name string, b layers.Bijector) (named []Named) {
	for i, l := range layers.Inside(b) {
		named = append(named, Named{name + "." + strconv.Itoa(i), l})
	}
	return named
}

// all are the layers and those inside of them, each before its own.
func all(named []Named) (every []Named) {
	for _, n := range named {
		every = append(append(every, n), all(inside(n.Name, n.Layer))...)
	}
	return every
}

// Layer is the layer of that name, nil if there is none. A layer inside of another, of a Chain say, has the other's name and its number
// there, from 0: "chain.1".
func (f *Flow) Layer(name string) layers.Bijector {
	every := all(f.Layers())
	if i := slices.IndexFunc(every, func(n Named) bool { return n.Name == name }); i >= 0 {
		return every[i].Layer
	}
	return nil
}
