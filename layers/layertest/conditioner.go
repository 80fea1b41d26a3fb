package layertest

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// ConditionerOptions say how exact a conditioner is.
type ConditionerOptions struct {
	Gradients float64 // tolerance of a gradient beside a difference, of itself or 1; default 1e-6
	// Kinked says that the conditioner's derivative has jumps, as that of relu has, at which no difference is one: the gradients
	// of the layers that it is in are then not compared.
	Kinked bool
}

// Validate reports a tolerance that is negative.
func (o ConditionerOptions) Validate() error {
	return validate("ConditionerOptions", 0, 1, setting{"Gradients", o.Gradients})
}

// RunConditioner checks what make makes, float64 conditioners that are equal if their widths are, each rule as a test by itself: widths
// and parameters, rows that do not depend on each other, gradients of the trainer's own path, SetConstant if it has that, and JSON if it
// is registered; and then a coupling with a context that has it, by Run.
func RunConditioner(t *testing.T, make layers.MakeConditioner, o ConditionerOptions) {
	t.Helper()
	run(t, o.Validate(), func() []rule { return conditionerRules(make, o) })
	if o.Kinked {
		return
	}
	t.Run("InACoupling", func(t *testing.T) {
		Run(t, func() layers.Bijector {
			l, err := layers.NewCoupling(3, layers.CouplingConfig{Transform: transforms.Affine{}, Context: 2, Conditioner: make})
			if err != nil {
				t.Fatal(err)
			}
			return l
		}, Options{Tails: []float64{3, 8}})
	})
}

// CheckConditioner is RunConditioner without a test, and without the coupling: what is broken, each rule with what it is for, or nil.
func CheckConditioner(make layers.MakeConditioner, o ConditionerOptions) error {
	return check(o.Validate(), func() []rule { return conditionerRules(make, o) })
}

func conditionerRules(make layers.MakeConditioner, o ConditionerOptions) []rule {
	c := conditionerCheck{make, or(o.Gradients, 1e-6), o.Kinked}
	rules := []rule{
		{"Widths", "a conditioner maps N×in numbers to N×out, for any in and out that a layer asks for", c.widths},
		{"Params", "Params are the same ones each time, and two conditioners that are made alike are alike", c.params},
		{"Rows", "a row's parameters depend on that row alone, or a log p depends on what is scored beside it", c.rows},
		{"Training", "by the trainer's own path, every parameter has a gradient, and it is the difference of the cost", c.training},
	}
	made, err := make(2, 3)
	if err != nil {
		return rules // Widths says so
	}
	if _, ok := made.(layers.ConstantSetter); ok {
		rules = append(rules, rule{"SetConstant", "after SetConstant(c) a conditioner puts out c, bit for bit, whatever it reads: the warm start rests on it", c.constant})
	}
	if _, err := layers.DescribeConditioner(made); err == nil {
		rules = append(rules, rule{"Describe", "what JSON says of a registered conditioner, and its parameters, make the same one, or a file is another model", c.describe})
	}
	return rules
}

// A conditionerCheck is a kind of conditioner that is checked.
type conditionerCheck struct {
	make   layers.MakeConditioner
	tol    float64
	kinked bool
}

// theta is what a conditioner makes of some rows.
func thetaOf(c layers.Conditioner, known *mat.Dense) ([]float64, error) {
	_, in := known.Dims()
	out, err := graph.NewRowFunc(dtypeOf(c.Params()), in, func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{c.Apply(b, x)}
	}).Run(known)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// dtypeOf is the type of parameters, float64 where there are none.
func dtypeOf(params []*graph.Param) graph.Dtype {
	if len(params) > 0 {
		return params[0].Dtype()
	}
	return graph.Float64
}

// made is a conditioner with parameters that are not those it starts with.
func (c conditionerCheck) made(in, out int) (layers.Conditioner, error) {
	made, err := c.make(in, out)
	if err != nil {
		return nil, err
	}
	return made, moved(made.Params())
}

// moved moves trainable parameters as perturb does.
func moved(params []*graph.Param) error {
	for i, p := range params {
		if !p.Trainable {
			continue
		}
		v := p.Values()
		for j, d := range Normal(1, len(v), 0.2, uint64(100+i)).RawMatrix().Data {
			v[j] += d
		}
		if err := p.Set(v); err != nil {
			return err
		}
	}
	return nil
}

func (c conditionerCheck) widths() error {
	for _, w := range [][2]int{{1, 1}, {2, 3}, {5, 2}} {
		made, err := c.made(w[0], w[1])
		if err != nil {
			return fmt.Errorf("from %d to %d numbers: %w", w[0], w[1], err)
		}
		theta, err := thetaOf(made, Normal(7, w[0], 1, 1))
		if err != nil {
			return fmt.Errorf("from %d to %d numbers: %w", w[0], w[1], err)
		}
		if len(theta) != 7*w[1] {
			return fmt.Errorf("from %d to %d numbers: 7 rows make %d numbers, want %d", w[0], w[1], len(theta), 7*w[1])
		}
	}
	return nil
}

func (c conditionerCheck) params() error {
	a, err := c.make(2, 3)
	b, errTwin := c.make(2, 3)
	if err = keep(err, errTwin); err != nil {
		return err
	}
	for i, p := range a.Params() {
		if p != a.Params()[i] {
			return fmt.Errorf("parameter %d (from 0) is another one from call to call", i)
		}
		if i >= len(b.Params()) || distance(b.Params()[i].Values(), p.Values()) != 0 {
			return fmt.Errorf("parameter %d (from 0), %s, is another in a twin", i, p.Name)
		}
	}
	return nil
}

func (c conditionerCheck) rows() error {
	made, err := c.made(2, 3)
	if err != nil {
		return err
	}
	known := Normal(9, 2, 1, 2)
	all, err := thetaOf(made, known)
	for i := range 9 {
		if err != nil {
			return err
		}
		var one []float64
		if one, err = thetaOf(made, mat.NewDense(1, 2, known.RawRowView(i))); err == nil {
			if d := distance(one, all[3*i:3*i+3]); !(d <= 1e-14) {
				return fmt.Errorf("row %d makes %v by itself and %v among others", i, one, all[3*i:3*i+3])
			}
		}
	}
	return err
}

// training differentiates Σ weights·θ² of a few rows.
func (c conditionerCheck) training() error {
	made, err := c.made(2, 3)
	if err != nil {
		return err
	}
	return trained(made.Params(), Normal(trainingRows, 2, 1, 3), c.kinked, c.tol, func(b *graph.Builder, x *G.Node) *G.Node {
		theta := made.Apply(b, x)
		return b.SumLast(b.Mul(theta, theta))
	})
}

// trained compares the gradients that the trainer takes of a cost a row with differences; where those mean nothing, it looks that they
// are numbers and not all zero.
func trained(params []*graph.Param, x *mat.Dense, kinked bool, tol float64, costOf func(b *graph.Builder, x *G.Node) *G.Node) error {
	var trainables []*graph.Param
	for _, p := range params {
		if p.Trainable {
			trainables = append(trainables, p)
		}
	}
	if len(trainables) == 0 {
		return nil
	}
	n, d := x.Dims()
	f := graph.NewGradFunc[float64](d, trainables, func(b *graph.Builder, in graph.BatchNodes) *G.Node {
		return b.Dot(costOf(b, in.X), in.Weights)
	})
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	cost := func() (cost float64) {
		cost, err := f.Run(matrixRows{x}, index, n)
		if err != nil {
			return math.NaN()
		}
		return cost
	}
	if _, err := f.Run(matrixRows{x}, index, n); err != nil {
		return err
	}
	var grads [][]float64
	for _, g := range f.Grads() {
		grads = append(grads, append([]float64(nil), g...))
	}
	for i, p := range trainables {
		if d := distance(grads[i], make([]float64, p.Size())); d == 0 || math.IsNaN(d) {
			return fmt.Errorf("the gradient by which %s is trained is %v", p.Name, grads[i])
		}
		if kinked {
			continue
		}
		var failed error
		got, want := slopes(grads[i], p.Values(), func(v []float64) { failed = keep(failed, p.Set(v)) }, cost)
		if d := distance(got, want); failed != nil || !(d <= tol) {
			return errors.Join(failed, fmt.Errorf("the gradient by which %s is trained is off by %.2g, tolerance %.2g", p.Name, d, tol))
		}
	}
	return nil
}

func (c conditionerCheck) constant() error {
	made, err := c.made(2, 3)
	if err != nil {
		return err
	}
	want := []float64{0.1, -7, 1.0 / 3}
	if err := made.(layers.ConstantSetter).SetConstant(want); err != nil {
		return err
	}
	theta, err := thetaOf(made, Normal(20, 2, 50, 4))
	if err != nil {
		return err
	}
	for i, v := range theta {
		if v != want[i%3] {
			return fmt.Errorf("row %d makes %v, want %v", i/3, theta[i/3*3:i/3*3+3], want)
		}
	}
	return nil
}

func (c conditionerCheck) describe() error {
	made, err := c.made(2, 3)
	if err != nil {
		return err
	}
	d, err := layers.DescribeConditioner(made)
	if err != nil {
		return err
	}
	specs, err := layers.ConditionerSpecs(d, 2, 3)
	if err != nil {
		return err
	}
	params, err := copied(specs, made.Params())
	if err != nil {
		return err
	}
	twin, err := layers.NewConditioner(d, 2, 3, params)
	if err != nil {
		return err
	}
	want, err := thetaOf(made, Normal(9, 2, 1, 5))
	got, errTwin := thetaOf(twin, Normal(9, 2, 1, 5))
	if err = keep(err, errTwin); err == nil && distance(got, want) != 0 {
		err = fmt.Errorf("after JSON, %s, it makes %v, want %v", d.Config, got, want)
	}
	return err
}

// copied are parameters as specs say, with the values of others.
func copied(specs []graph.ParamSpec, of []*graph.Param) ([]*graph.Param, error) {
	if len(specs) != len(of) {
		return nil, fmt.Errorf("it is declared with %d parameters and has %d", len(specs), len(of))
	}
	params, err := graph.NewParams(dtypeOf(of), specs)
	for i := 0; err == nil && i < len(params); i++ {
		err = params[i].Set(of[i].Values())
	}
	return params, err
}
