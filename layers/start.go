package layers

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/conditioning"
	"gaussflow/transforms"
)

// Where training starts. A layer with a transform is made as the identity, all of θ zero. The components of a mixture are equal there,
// and so are their gradients, so that training would keep them equal: transforms.Starter has other parameters to begin with.

// StartTraining gives a layer all of whose θ is zero the parameters that its transform starts training from, if it has such, a
// transforms.Starter. Other layers stay as they are, and so do those with frozen parameters or a conditioner that has no SetConstant.
func (c *coupling) StartTraining() error {
	in, _ := c.widths()
	return startConditioner("layers: "+c.name+": StartTraining", c.transform, c.conditioner, in, c.sets())
}

// StartTraining is that of Coupling.
func (a *Autoregressive) StartTraining() error {
	return startConditioner("layers: Autoregressive: StartTraining", a.config.Transform, a.conditioner, a.Dim()+a.of.Context, a.Dim())
}

// StartTraining is that of Coupling.
func (e *elementwise) StartTraining() error {
	op := "layers: " + e.name + ": StartTraining"
	if e.conditioner != nil {
		return startConditioner(op, e.transform, e.conditioner, e.context, e.dim)
	}
	for _, p := range e.params {
		if !p.Trainable || slices.ContainsFunc(p.Values(), func(v float64) bool { return v != 0 }) {
			return nil
		}
	}
	theta, err := startOf(op, e.transform, e.dim)
	if theta == nil || err != nil {
		return err
	}
	return e.set(theta)
}

// startConditioner is StartTraining of a layer whose conditioner reads `in` numbers and outputs some sets of the transform's parameters.
func startConditioner(op string, t transforms.Transform, c Conditioner, in, sets int) error {
	setter, ok := c.(ConstantSetter)
	if !ok || slices.ContainsFunc(c.Params(), func(p *graph.Param) bool { return !p.Trainable }) {
		return nil
	}
	theta, err := startOf(op, t, sets)
	if theta == nil || err != nil {
		return err
	}
	if zero, err := outputsZero(c, in); !zero || err != nil {
		return err
	}
	return setter.SetConstant(theta)
}

// startOf is θ of some columns, or sets of parameters, as training starts from it; nil if that is zero.
func startOf(op string, t transforms.Transform, columns int) (theta []float64, err error) {
	starter, ok := t.(transforms.Starter)
	if !ok {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %T: panic: %v", op, t, p)
		}
	}()
	start := starter.Start()
	if start == nil {
		return nil, nil
	}
	return inOrder(op, t, slices.Repeat([][][]float64{start}, columns))
}

// outputsZero reports whether a conditioner outputs zero for some rows of normal numbers.
func outputsZero(c Conditioner, in int) (bool, error) {
	const rows = 3
	known, rng := mat.NewDense(rows, in, nil), initializers.NewRand(0, 0)
	for i := range known.RawMatrix().Data {
		known.RawMatrix().Data[i] = rng.NormFloat64()
	}
	theta, err := graph.NewRowFunc(conditioning.Dtype(c), in, func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{conditioning.Apply(b, c, x)}
	}).Run(known)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(theta[0], func(v float64) bool { return v != 0 }), nil
}
