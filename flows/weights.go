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

// A Weight is a parameter of a flow, under the name that it has in a file:
// "block0.coupling_a.mlp.dense2.kernel".
type Weight struct {
	Name   string    `json:"name"`
	Shape  []int     `json:"shape"`
	Values []float64 `json:"values"` // row-major
}

// Weights returns copies of the parameters in order. One that several layers share is listed once,
// under its first name.
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

// SetWeights sets the named parameters and leaves the others: for example those of another flow that has some layers of the same
// names. It returns an error, and sets none, if there is no parameter of a given name, if its shape differs, if a number is not
// finite or if the layer does not accept the values. A flow that was compiled is compiled again, because its optimizer's state
// belongs to the former parameters.
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

// SetTrainable says whether training changes the parameters of layers, as Keras's layer.trainable does. A name is that of a layer,
// also of one inside another ("chain.1"), "base" for the base's parameters, or that of a single parameter (Weight). Save keeps what
// is frozen. A flow that was compiled is compiled again.
//
// A layers.FixedOrtho is never trained: a gradient step would make it something other than a
// rotation.
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

// fixedAmong names a layer that is never trained and owns one of params; empty if there is none.
func (f *Flow) fixedAmong(params []*graph.Param) string {
	for _, n := range all(f.Layers()) {
		if q, ok := n.Layer.(*layers.FixedOrtho); ok && slices.Contains(params, q.Params()[0]) {
			return n.Name
		}
	}
	return ""
}

// recompile compiles the flow again as before, if it was compiled.
func (f *Flow) recompile() error {
	if f.trainer == nil {
		return nil
	}
	return f.Compile(f.compile)
}

// A slot is a parameter with its name in a file.
type slot struct {
	name string
	*graph.Param
}

// within reports whether the slot has that name or belongs to the layer of that name.
func (s slot) within(name string) bool { return s.name == name || strings.HasPrefix(s.name, name+".") }

// slots lists the parameters of all layers in order, then those of the base.
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

// slotsOf lists the parameters of a layer, named as in a file. For an unregistered layer it lists those of the layers inside
// it.
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

// placed names the parameters of a layer, or of the base, as it declares them or, if it declares none, by the parameters' own
// names.
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
