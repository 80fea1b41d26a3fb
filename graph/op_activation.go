package graph

import (
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
	"gaussflow/internal/strictjson"
)

// An Activation names a function that a layer of a network applies to each number; the zero value is the identity.
type Activation string

// The activations of conditioners.
const (
	Linear Activation = ""
	Relu   Activation = "relu"
	Tanh   Activation = "tanh"
	Silu   Activation = "silu"
	Gelu   Activation = "gelu"
)

// A function names a function that an op applies to each element: the activations, and those below.
type function string

const (
	expFn    function = "exp"
	logCDFFn function = "logcdf"
	logPDFFn function = "logpdf"

	logOnePlusSquareFn function = "log1psquare"
	studentConstantFn  function = "studentconstant"
	sinhFn             function = "sinh"
	asinhFn            function = "asinh"
	logCoshFn          function = "logcosh"
	softplusFn         function = "softplus"
	signedLogFn        function = "signedlog"
	signedExpFn        function = "signedexp"
	absFn              function = "abs"
	expRelativeFn      function = "exprel"
	logRelativeFn      function = "logrel"
	logFn              function = "log"
	sqrtFn             function = "sqrt"
	inverseFn          function = "inverse"
	logStepFn          function = "logstep"
)

// curve is a function and its slope, the latter from x and y = f(x).
type curve struct {
	f     func(x float64) float64
	slope func(x, y float64) float64
}

var curves = map[function]curve{
	function(Linear): {func(x float64) float64 { return x }, func(_, _ float64) float64 { return 1 }},
	function(Relu):   {func(x float64) float64 { return max(x, 0) }, func(_, y float64) float64 { return step(y) }},
	function(Tanh):   {math.Tanh, func(_, y float64) float64 { return 1 - y*y }},
	function(Silu):   {kernel.Silu, func(x, _ float64) float64 { return kernel.SiluSlope(x) }},
	function(Gelu):   {kernel.Gelu, func(x, _ float64) float64 { return kernel.GeluSlope(x) }},

	logOnePlusSquareFn: {kernel.LogOnePlusSquare, func(x, _ float64) float64 { return kernel.LogOnePlusSquareSlope(x) }},
	studentConstantFn:  {kernel.StudentConstant, func(x, _ float64) float64 { return kernel.StudentConstantSlope(x) }},
	sinhFn:             {math.Sinh, func(x, _ float64) float64 { return math.Cosh(x) }},
	asinhFn:            {math.Asinh, func(x, _ float64) float64 { return 1 / math.Hypot(1, x) }},
	logCoshFn:          {kernel.LogCosh, func(x, _ float64) float64 { return math.Tanh(x) }},
	softplusFn:         {kernel.Softplus, func(x, _ float64) float64 { return kernel.Sigmoid(x) }},
	signedLogFn:        {kernel.SignedLog, func(x, _ float64) float64 { return 1 / (1 + math.Abs(x)) }},
	signedExpFn:        {kernel.SignedExp, func(x, _ float64) float64 { return math.Exp(math.Abs(x)) }},
	absFn:              {math.Abs, func(x, _ float64) float64 { return math.Copysign(1, x) }},
	expRelativeFn:      {kernel.ExpRelative, func(x, _ float64) float64 { return kernel.ExpRelativeSlope(x) }},
	logRelativeFn:      {kernel.LogRelative, func(x, _ float64) float64 { return kernel.LogRelativeSlope(x) }},
	logFn:              {math.Log, func(x, _ float64) float64 { return 1 / x }},
	sqrtFn:             {math.Sqrt, func(_, y float64) float64 { return 0.5 / y }},
	inverseFn:          {func(x float64) float64 { return 1 / x }, func(_, y float64) float64 { return -y * y }},
	logStepFn:          {kernel.LogStep, func(_, _ float64) float64 { return 0 }},

	expFn:    {math.Exp, func(_, y float64) float64 { return y }},
	logCDFFn: {kernel.LogCDF, func(x, _ float64) float64 { return kernel.LogCDFSlope(x) }},
	logPDFFn: {kernel.LogPDF, func(x, _ float64) float64 { return -x }},
}

func step(y float64) float64 {
	if y > 0 {
		return 1
	}
	return 0
}

// Activations lists what a conditioner can use.
func Activations() []Activation { return []Activation{Linear, Relu, Tanh, Silu, Gelu} }

// Validate reports an unknown activation.
func (a Activation) Validate() error {
	return strictjson.CheckWord("graph: Activation", "activation", a, Activations())
}

// slopeFromValue reports whether the slope depends only on y, so that a fused op need not keep x.
func (a Activation) slopeFromValue() bool { return a == Linear || a == Relu || a == Tanh }

// activate applies a function to every element.
type activate struct{ fn function }

// Activate applies act to every element.
func (b *Builder) Activate(x *G.Node, act Activation) *G.Node {
	if act == Linear {
		return x
	}
	return b.apply(activate{function(act)}, x)
}

// Exp is eˣ of every element.
func (b *Builder) Exp(x *G.Node) *G.Node { return b.apply(activate{expFn}, x) }

// LogCDF is log Φ(x) of every element, exact in both tails.
func (b *Builder) LogCDF(x *G.Node) *G.Node { return b.apply(activate{logCDFFn}, x) }

// LogPDF is log φ(x) of every element.
func (b *Builder) LogPDF(x *G.Node) *G.Node { return b.apply(activate{logPDFFn}, x) }

func (s activate) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s activate) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(activationSlope(s), in[0], out, g))
}

func (s activate) kernels() kernels { return both(s, bindActivate, bindActivate) }

func bindActivate[T kernel.Float](s activate, out array[T], in []array[T]) func() {
	switch s.fn {
	case logCDFFn:
		return func() { kernel.LogCDFs(out.data, in[0].data) }
	case expFn:
		return func() { kernel.Exps(out.data, in[0].data) }
	}
	f := curves[s.fn].f
	return func() {
		for i, x := range in[0].data {
			out.data[i] = T(f(float64(x)))
		}
	}
}

// activationSlope is g·f'(x), from x, y = f(x) and g.
type activationSlope struct{ fn function }

func (s activationSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s activationSlope) kernels() kernels { return both(s, bindActivationSlope, bindActivationSlope) }

func bindActivationSlope[T kernel.Float](s activationSlope, out array[T], in []array[T]) func() {
	x, y, g := in[0].data, in[1].data, in[2].data
	if s.fn == function(Relu) {
		return func() { kernel.ReluSlope(out.data, y, g) }
	}
	slope := curves[s.fn].slope
	return func() {
		for i, v := range g {
			out.data[i] = v * T(slope(float64(x[i]), float64(y[i])))
		}
	}
}
