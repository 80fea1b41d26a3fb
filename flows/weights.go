package flows

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/layers"
)

// A Weight is a parameter of a flow by the name that it has in a file: "block0.coupling_a.mlp.dense2.kernel".
type Weight struct {
	Name   string    `json:"name"`
	Shape  []int     `json:"shape"`
	Values []float64 `json:"values"` // row-major
}

// Weights are copies of the parameters in order, one that several layers share under its first name.
func (f *Flow) Weights() (weights []Weight) {
	seen := map[*graph.Param]bool{}
	for _, s := range f.slots() {
		if !seen[s.Param] {
			seen[s.Param] = true
			weights = append(weights, Weight{s.name, slices.Clone([]int(s.Shape())), s.Values()})
		}
	}
	return weights
}

// SetWeights sets parameters by name, those that are given: of another flow, say, that has some layers of the same name. It is an
// error, and none is set, if there is no parameter of such a name, if it has another shape, if a number is not finite or the layer
// takes no such numbers. A flow that was compiled is compiled anew: what its optimizer remembers was of other parameters.
func (f *Flow) SetWeights(weights ...Weight) error {
	if !f.built() {
		return fmt.Errorf("flows: SetWeights: %w", ErrNotBuilt)
	}
	places := map[string]*graph.Param{}
	for _, s := range f.slots() {
		places[s.name] = s.Param
	}
	set := map[*graph.Param]bool{}
	for _, w := range weights {
		p := places[w.Name]
		switch {
		case p == nil:
			return fmt.Errorf("flows: SetWeights: there is no parameter %q in the flow: see Weights for their names", w.Name)
		case !slices.Equal(w.Shape, p.Shape()) || len(w.Values) != p.Size():
			return fmt.Errorf("flows: SetWeights: %s: got %d numbers of shape %v, want %d of shape %v", w.Name, len(w.Values), w.Shape, p.Size(), []int(p.Shape()))
		case slices.ContainsFunc(w.Values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }):
			return fmt.Errorf("flows: SetWeights: %s: %w", w.Name, ErrNonFinite)
		}
		set[p] = true
	}
	before := f.Weights()
	write := func(weights []Weight) (err error) {
		for _, w := range weights {
			err = errors.Join(err, places[w.Name].Set(w.Values))
		}
		return err
	}
	if err := errors.Join(write(weights), f.checkParams()); err != nil {
		return fmt.Errorf("flows: SetWeights: %w", errors.Join(err, write(before)))
	}
	f.warm = f.warm || len(set) == len(f.Params())
	return f.recompile()
}

// SetTrainable says whether training moves the parameters of layers, Keras's layer.trainable. A name is that of a layer, also of one
// inside of another ("chain.1"), "base" for those of the base, or that of a single parameter (Weight). In a file they are frozen
// still. A flow that was compiled is compiled anew.
//
// A layers.FixedOrtho is never trained: a step would take it away from the rotations.
func (f *Flow) SetTrainable(trainable bool, names ...string) error {
	if !f.built() {
		return fmt.Errorf("flows: SetTrainable: %w", ErrNotBuilt)
	}
	slots := f.slots()
	var meant []*graph.Param
	for _, name := range names {
		if f.Layer(name) == nil && !slices.ContainsFunc(slots, func(s slot) bool { return s.within(name) }) {
			return fmt.Errorf("flows: SetTrainable: there is no layer and no parameter %q in the flow", name)
		}
		for _, s := range slots {
			if s.within(name) {
				meant = append(meant, s.Param)
			}
		}
	}
	if n := f.fixedAmong(meant); trainable && n != "" {
		return fmt.Errorf("flows: SetTrainable: layer %s is a rotation that is not trained: want a householder for one that is", n)
	}
	for _, p := range meant {
		p.Trainable = trainable
	}
	return f.recompile()
}

// fixedAmong is the name of a layer that is never trained and has one of some parameters, empty if there is none.
func (f *Flow) fixedAmong(params []*graph.Param) string {
	for _, n := range all(f.Layers()) {
		if q, ok := n.Layer.(*layers.FixedOrtho); ok && slices.Contains(params, q.Params()[0]) {
			return n.Name
		}
	}
	return ""
}

// recompile is Compile as it was done before, if it was.
func (f *Flow) recompile() error {
	if f.trainer == nil {
		return nil
	}
	return f.Compile(f.compile)
}

// A slot is a place for a parameter, with its name in a file.
type slot struct {
	name string
	*graph.Param
}

// within reports whether the slot has the name, or is in the layer of that name.
func (s slot) within(name string) bool { return s.name == name || strings.HasPrefix(s.name, name+".") }

// slots are the places of all layers in order, then those of the base.
func (f *Flow) slots() (slots []slot) {
	if !f.built() {
		return nil
	}
	for _, n := range f.Layers() {
		slots = append(slots, slotsOf(n)...)
	}
	d, err := bases.Describe(f.base)
	var specs []graph.ParamSpec
	if err == nil {
		specs, err = bases.Specs(d, f.base.Dim())
	}
	return append(slots, placed(baseName, specs, err, f.base.Params())...)
}

// slotsOf are the places of a layer: as a file has them or, of one that is not registered, by those of the layers inside of it.
func slotsOf(n Named) (slots []slot) {
	d, err := layers.Describe(n.Layer)
	var specs []graph.ParamSpec
	if err == nil {
		specs, err = layers.Specs(d)
	}
	of := inside(n.Name, n.Layer)
	if err == nil || len(of) == 0 {
		return placed(n.Name, specs, err, layers.Slots(n.Layer))
	}
	for _, l := range of {
		slots = append(slots, slotsOf(l)...)
	}
	return slots
}

// placed gives the places of a layer, or of the base, their names: those that it declares or, where it declares none, the parameters' own.
func placed(of string, specs []graph.ParamSpec, err error, params []*graph.Param) (slots []slot) {
	for i, p := range params {
		s := graph.ParamSpec{Name: p.Name}
		if err == nil {
			s = specs[i]
		}
		slots = append(slots, slot{tensorName(of, s), p})
	}
	return slots
}
