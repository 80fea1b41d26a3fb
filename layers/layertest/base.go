package layertest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
)

// BaseOptions say where a base is tried and how exact it is.
type BaseOptions struct {
	Lo, Hi    float64   // where its density and gradients are tried, of any sign; default -3 to 3
	Tails     []float64 // magnitudes at which log p and gradients are finite; default 40 and 1e4, and empty: none, for a density that ends
	Gradients float64   // tolerance of a gradient beside a difference, of itself or 1; default 1e-6
	Samples   int       // drawn to compare with the density; default 20000
}

func (o BaseOptions) withDefaults() BaseOptions {
	if o.Lo == 0 && o.Hi == 0 {
		o.Lo, o.Hi = -3, 3
	}
	if o.Tails == nil {
		o.Tails = []float64{40, 1e4}
	}
	if o.Samples == 0 {
		o.Samples = 20000
	}
	o.Gradients = or(o.Gradients, 1e-6)
	return o
}

// Validate reports a tolerance or a number of samples that is negative, or nowhere to try a base.
func (o BaseOptions) Validate() error {
	o = o.withDefaults()
	return validate("BaseOptions", o.Lo, o.Hi, setting{"Gradients", o.Gradients}, setting{"Samples", float64(o.Samples)})
}

// RunBase checks what make makes, equal float64 bases of few numbers, each rule as a test by itself: parameters, rows that do not depend
// on each other, gradients in z, in the context and, by the trainer's own path, in the parameters, tails, samples that have the
// density, and JSON if it is registered. A base with a context is tried at rows of N(0, 1).
func RunBase(t *testing.T, make func() bases.Base, o BaseOptions) {
	t.Helper()
	run(t, o.Validate(), func() []rule { return baseRules(make, o) })
}

// CheckBase is RunBase without a test: what is broken, each rule with what it is for, or nil.
func CheckBase(make func() bases.Base, o BaseOptions) error {
	return check(o.Validate(), func() []rule { return baseRules(make, o) })
}

func baseRules(make func() bases.Base, o BaseOptions) []rule {
	c := baseCheck{make, o.withDefaults()}
	rules := []rule{
		{"Params", "Params are the same ones each time, and two bases that are made alike are alike", c.params},
		{"Rows", "LogProb has one number for each row, which depends on that row and its context alone", c.rows},
		{"Gradients", "the gradients in z and in the context are the differences of LogProb, or the layers before the base are trained astray", c.gradients},
		{"Training", "by the trainer's own path, every parameter has a gradient, and it is the difference of LogProb", c.training},
		{"Seed", "samples are finite, as many as were asked for, and the same for the same seed", c.seed},
		{"Density", "samples are as often where they are as LogProb says, or a flow draws other rows than it scores", c.density},
	}
	if len(c.o.Tails) > 0 {
		rules = append(rules, rule{"Tails", "log p and its gradients are finite far out: the first row there would end a fit", c.tails})
	}
	if _, err := bases.Describe(make()); err == nil {
		rules = append(rules, rule{"Describe", "what JSON says of a registered base, and its parameters, make the same one, or a file is another model", c.describe})
	}
	return rules
}

// A baseCheck is a base that is checked.
type baseCheck struct {
	make func() bases.Base
	o    BaseOptions
}

// made is a base with parameters that are not those it starts with.
func (c baseCheck) made() (bases.Base, error) {
	b := c.make()
	return b, moved(b.Params())
}

// widthOf is how many numbers b reads a row: those of z, then those of the context.
func widthOf(b bases.Base) int { return b.Dim() + bases.ContextDim(b) }

// rowsOf are n rows, z from where the base is tried, and their context beside them.
func (c baseCheck) rowsOf(b bases.Base, n int, seed uint64) *mat.Dense {
	x := Normal(n, widthOf(b), 1, seed)
	rng := rand.New(rand.NewPCG(seed, 15))
	for i := range n {
		for j := range b.Dim() {
			x.Set(i, j, c.o.Lo+(c.o.Hi-c.o.Lo)*(0.02+0.96*rng.Float64()))
		}
	}
	return x
}

// logProbNode is log p of rows, which are z and the context beside it.
func logProbNode(b bases.Base, g *graph.Builder, rows *G.Node) *G.Node {
	if bases.ContextDim(b) > 0 {
		z, context := g.Apart(rows, b.Dim())
		return b.LogProb(g, z, context)
	}
	return b.LogProb(g, rows, nil)
}

// logProbs are log p of rows, and the gradients of their sum in the rows.
func logProbs(b bases.Base, rows *mat.Dense) (logP, grads []float64, err error) {
	out, err := graph.NewRowFunc(dtypeOf(b.Params()), widthOf(b), func(g *graph.Builder, x *G.Node) []*G.Node {
		l := logProbNode(b, g, x)
		return append([]*G.Node{l}, g.Grad(g.Sum(g.Dot(l, g.Shift(g.Zeros(graph.Rows(x)), 1))), x)...)
	}).Run(rows)
	if err != nil {
		return nil, nil, err
	}
	return out[0], out[1], nil
}

func (c baseCheck) params() error {
	a, b := c.make(), c.make()
	if a.Dim() < 1 || a.Dim() != b.Dim() {
		return fmt.Errorf("Dim is %d, and %d of a twin, want one number ≥ 1", a.Dim(), b.Dim())
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

func (c baseCheck) rows() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	x := c.rowsOf(b, 9, 1)
	all, _, err := logProbs(b, x)
	if err != nil {
		return err
	}
	if len(all) != 9 {
		return fmt.Errorf("9 rows have %d numbers, want a log p each", len(all))
	}
	for i := range 9 {
		one, _, err := logProbs(b, mat.NewDense(1, widthOf(b), x.RawRowView(i)))
		if err != nil {
			return err
		}
		if d := distance(one, all[i:i+1]); !(d <= 1e-14) {
			return fmt.Errorf("row %d has log p %v by itself and %v among others", i, one[0], all[i])
		}
	}
	return nil
}

func (c baseCheck) gradients() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	x := c.rowsOf(b, 5, 2)
	_, gradient, err := logProbs(b, x)
	if err != nil {
		return err
	}
	got, want := slopes(gradient, x.RawMatrix().Data, func([]float64) {}, func() (sum float64) {
		logP, _, e := logProbs(b, x)
		err = keep(err, e)
		for _, l := range logP {
			sum += l
		}
		return sum
	})
	if d := distance(got, want); err == nil && !(d <= c.o.Gradients) {
		err = fmt.Errorf("gradients are %v, differences %v, tolerance %.2g", got, want, c.o.Gradients)
	}
	return err
}

func (c baseCheck) training() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	return trained(b.Params(), c.rowsOf(b, trainingRows, 3), false, c.o.Gradients, func(g *graph.Builder, x *G.Node) *G.Node {
		return logProbNode(b, g, x)
	})
}

// contextOf is one context for n rows, nil where the base reads none.
func contextOf(b bases.Base, n int) mat.Matrix {
	if bases.ContextDim(b) == 0 {
		return nil
	}
	row := Normal(1, bases.ContextDim(b), 1, 4).RawRowView(0)
	all := mat.NewDense(n, len(row), nil)
	for i := range n {
		all.SetRow(i, row)
	}
	return all
}

func (c baseCheck) seed() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	draw := func() (*mat.Dense, error) { return b.Sample(50, contextOf(b, 50), rand.New(rand.NewPCG(6, 6))) }
	first, err := draw()
	if err != nil {
		return err
	}
	if n, d := first.Dims(); n != 50 || d != b.Dim() {
		return fmt.Errorf("Sample(50) is %d×%d, want 50×%d", n, d, b.Dim())
	}
	for _, v := range first.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("a sample is %v", v)
		}
	}
	again, err := draw()
	if err == nil && !mat.Equal(first, again) {
		err = fmt.Errorf("samples of one seed differ")
	}
	return err
}

// density draws samples and counts those in a box between quartiles of theirs, each by the reciprocal of its density: all together make
// the volume of the box, with an error that is known from how the reciprocals vary.
func (c baseCheck) density() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	n, d := c.o.Samples, b.Dim()
	context := contextOf(b, n)
	z, err := b.Sample(n, context, rand.New(rand.NewPCG(7, 7)))
	if err != nil {
		return err
	}
	rows, volume := mat.NewDense(n, widthOf(b), nil), 1.0
	rows.Slice(0, n, 0, d).(*mat.Dense).Copy(z)
	if context != nil {
		rows.Slice(0, n, d, widthOf(b)).(*mat.Dense).Copy(context)
	}
	lo, hi := make([]float64, d), make([]float64, d)
	for j := range d {
		column := mat.Col(nil, j, z)
		slices.Sort(column)
		lo[j], hi[j] = column[n/8], column[n-1-n/8]
		volume *= hi[j] - lo[j]
	}
	logP, _, err := logProbs(b, rows)
	if err != nil {
		return err
	}
	mean, square := 0.0, 0.0
	for i, l := range logP {
		inside := true
		for j := range d {
			inside = inside && z.At(i, j) > lo[j] && z.At(i, j) < hi[j]
		}
		if inside {
			v := math.Exp(-l) / volume
			mean += v / float64(n)
			square += v * v / float64(n)
		}
	}
	if room := 6*math.Sqrt((square-mean*mean)/float64(n)) + 1e-3; !(math.Abs(mean-1) <= room) {
		return fmt.Errorf("of %d samples those in the middle have %.4f of the weight that LogProb gives them, want 1 to within %.4f", n, mean, room)
	}
	return nil
}

func (c baseCheck) tails() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	x := c.rowsOf(b, 2*len(c.o.Tails), 5)
	for i, size := range c.o.Tails {
		for j := range b.Dim() {
			x.Set(2*i, j, size)
			x.Set(2*i+1, j, -size)
		}
	}
	logP, grads, err := logProbs(b, x)
	for _, v := range slices.Concat(logP, grads) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("at ±%v log p is %v, its gradients %v", c.o.Tails, logP, grads)
		}
	}
	return err
}

func (c baseCheck) describe() error {
	b, err := c.made()
	if err != nil {
		return err
	}
	d, err := bases.Describe(b)
	if err != nil {
		return err
	}
	specs, err := bases.Specs(d, b.Dim())
	if err != nil {
		return err
	}
	params, err := copied(specs, b.Params())
	if err != nil {
		return err
	}
	twin, err := bases.New(d, b.Dim(), params)
	if err != nil {
		return err
	}
	x := c.rowsOf(b, 9, 8)
	want, _, err := logProbs(b, x)
	got, _, errTwin := logProbs(twin, x)
	if err = keep(err, errTwin); err == nil && distance(got, want) != 0 {
		err = fmt.Errorf("after JSON, %s, log p is %v, want %v", d.Config, got, want)
	}
	return err
}
