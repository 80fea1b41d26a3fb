package layertest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/transforms"
)

// TransformOptions say where a transform is tried and how exact it is. The zero value asks for what those of ℝ onto ℝ of the library do.
type TransformOptions struct {
	Lo, Hi float64   // where it is tried, of any sign; default -8 to 8
	Tails  []float64 // magnitudes at which all is finite; default 40 and 1e4, and empty: none, for a transform of an interval
	Period float64   // of a transform of a circle, whose numbers are alike where they differ by it; default 0: none
	Spread float64   // of the parameters that it is tried at, N(0, Spread²); default 0.7

	Identity  float64 // tolerance of x and 0 where parameters are zero; default 1e-12
	Inverse   float64 // tolerance of a round trip, of x or 1, whichever is more; default 1e-11
	Slope     float64 // tolerance of a slope beside a difference, of itself or 1; default 1e-6
	Gradients float64 // tolerance of a gradient beside a difference, of itself or 1; default 1e-6
	Float32   float64 // tolerance of a float32 map beside the float64 one, of itself or 1; default 1e-4
}

func (o TransformOptions) withDefaults() TransformOptions {
	if o.Lo == 0 && o.Hi == 0 {
		o.Lo, o.Hi = -8, 8
	}
	if o.Tails == nil {
		o.Tails = []float64{40, 1e4}
	}
	o.Spread = or(o.Spread, 0.7)
	o.Identity, o.Inverse = or(o.Identity, 1e-12), or(o.Inverse, 1e-11)
	o.Slope, o.Gradients, o.Float32 = or(o.Slope, 1e-6), or(o.Gradients, 1e-6), or(o.Float32, 1e-4)
	return o
}

// Validate reports a tolerance that is negative, or nowhere to try a transform.
func (o TransformOptions) Validate() error {
	o = o.withDefaults()
	return validate("TransformOptions", o.Lo, o.Hi, setting{"Period", o.Period}, setting{"Spread", o.Spread}, setting{"Identity", o.Identity},
		setting{"Inverse", o.Inverse}, setting{"Slope", o.Slope}, setting{"Gradients", o.Gradients}, setting{"Float32", o.Float32})
}

// RunTransform checks a transform, each rule as a test by itself: that it is the identity at zero, increases, has the slope that it
// says, both ways, is its inverse's inverse, has the gradients that the trainer takes of it, is finite in its tails, computes alike for
// parameters of all rows and of each, in float32 and after JSON, and takes a column to mean 0 and scale 1 if it fits itself to it.
func RunTransform(t *testing.T, tr transforms.Transform, o TransformOptions) {
	t.Helper()
	run(t, o.Validate(), func() []rule { return transformRules(tr, o) })
}

// CheckTransform is RunTransform without a test: what is broken, each rule with what it is for, or nil.
func CheckTransform(tr transforms.Transform, o TransformOptions) error {
	return check(o.Validate(), func() []rule { return transformRules(tr, o) })
}

func transformRules(tr transforms.Transform, o TransformOptions) []rule {
	c := transformCheck{tr, o.withDefaults()}
	rules := []rule{
		{"Parts", "a transform is valid and has the same parts always, each with a name of its own and a size ≥ 1, or layers cannot own them", c.parts},
		{"IdentityAtZero", "where its parameters are zero a transform is the identity, so that a layer whose network puts out zeros is", c.identity},
		{"Increasing", "a transform increases: log dz/dx is the logarithm of a positive number", c.increasing},
		{"Slope", "logSlope is log dz/dx of Forward, and log dx/dz of Inverse: it is what a density is computed from", c.slope},
		{"RoundTrip", "Inverse undoes Forward and Forward undoes Inverse, and their log slopes cancel, or samples have another density than LogProb says", c.roundTrip},
		{"Gradients", "the gradients in x and in every part are the differences of what the maps put out, or training goes astray", c.gradients},
		{"Training", "by the trainer's own path too, in which a graph goes over rows in pieces, and every part has an effect", c.training},
		{"PerRow", "parameters that each row has for itself do the same as parameters of all rows, so that a network can put them out", c.perRow},
		{"Columns", "each column has its own parameters, in the order of Theta", c.columns},
		{"Float32", "a float32 model computes the same, but for its digits", c.float32},
	}
	if len(c.o.Tails) > 0 {
		rules = append(rules, rule{"Tails", "values, log slopes and gradients are finite far out: the first row there would end a fit", c.tails})
	}
	if _, err := transforms.Describe(tr); err == nil {
		rules = append(rules, rule{"Describe", "what JSON says of a registered transform makes the same one, or a file is another model", c.describe})
	}
	if _, ok := tr.(transforms.Starter); ok {
		rules = append(rules, rule{"Start", "the parameters that a fit starts from are as many as Parts says, and not far from the identity: rows stay about where they are", c.start})
	}
	if _, ok := tr.(transforms.Fitter); ok {
		rules = append(rules, rule{"Fit", "fitted to a column, a transform puts out about a standard normal: it is the warm start of a layer", c.fit})
	}
	return rules
}

// A transformCheck is a transform that is checked.
type transformCheck struct {
	tr transforms.Transform
	o  TransformOptions
}

// draw draws parameters of d columns, part by part.
func (c transformCheck) draw(d int, seed uint64) (theta [][]float64) {
	rng := rand.New(rand.NewPCG(seed, 12))
	for _, p := range c.tr.Parts() {
		part := make([]float64, d*p.Size)
		for i := range part {
			part[i] = c.o.Spread * rng.NormFloat64()
		}
		theta = append(theta, part)
	}
	return theta
}

// line are n numbers as a column, not at the ends of where the transform is tried, and with no knot among them that is known of.
func (c transformCheck) line(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = c.o.Lo + (c.o.Hi-c.o.Lo)*(float64(i)+0.4871)/float64(n)
	}
	return x
}

// apart is how far a and b are from each other, on the circle if there is one, relative to b or 1.
func (c transformCheck) apart(a, b float64) float64 {
	return math.Abs(c.difference(a, b)) / max(1, math.Abs(b))
}

// difference is a − b, on the circle if there is one.
func (c transformCheck) difference(a, b float64) float64 {
	if c.o.Period > 0 {
		return math.Remainder(a-b, c.o.Period)
	}
	return a - b
}

// near reports a and b that are not near each other; NaN is near nothing.
func (c transformCheck) near(what string, a, b, tol float64) error {
	if d := c.apart(a, b); !(d <= tol) {
		return fmt.Errorf("%s = %v, want %v, tolerance %.2g", what, a, b, tol)
	}
	return nil
}

const draws = 3 // of parameters

// each calls try with parameters of one column, drawn a few times.
func (c transformCheck) each(try func(theta [][]float64) error) error {
	for seed := range uint64(draws) {
		if err := try(c.draw(1, seed)); err != nil {
			return err
		}
	}
	return nil
}

func (c transformCheck) parts() error {
	if err := transforms.Validate(c.tr); err != nil {
		return err
	}
	if first, then := c.tr.Parts(), c.tr.Parts(); !reflect.DeepEqual(first, then) {
		return fmt.Errorf("Parts returned %v and then %v", first, then)
	}
	if transforms.Width(c.tr) == 0 {
		return fmt.Errorf("there are no parts")
	}
	return nil
}

func (c transformCheck) identity() error {
	theta := c.draw(1, 0)
	for _, part := range theta {
		clear(part)
	}
	x := c.line(101)
	for _, dir := range []direction{forward, inverse} {
		y, l, err := c.run(dir, x, theta)
		if err != nil {
			return err
		}
		for i := range x {
			if err := c.near(fmt.Sprintf("%v of %v", dir, x[i]), y[i], x[i], c.o.Identity); err != nil {
				return err
			}
			if !(math.Abs(l[i]) <= c.o.Identity) {
				return fmt.Errorf("%v of %v has log slope %v, want 0, tolerance %.2g", dir, x[i], l[i], c.o.Identity)
			}
		}
	}
	return nil
}

// start looks at numbers of up to 2, where most of a standardized column is, and allows a half.
func (c transformCheck) start() error {
	const most, room = 2, 0.5
	theta, parts := c.tr.(transforms.Starter).Start(), c.tr.Parts()
	for i, p := range parts {
		if len(theta) != len(parts) || len(theta[i]) != p.Size {
			return fmt.Errorf("Start returned %v, want numbers for the parts %v", theta, parts)
		}
	}
	x := c.line(101)
	z, l, err := c.run(forward, x, theta)
	if err != nil {
		return err
	}
	for i, v := range x {
		if math.Abs(v) <= most && !(c.apart(z[i], v) <= room && math.Abs(l[i]) <= room) {
			return fmt.Errorf("forward of %v = %v, of log slope %v, want about that and 0, tolerance %v", v, z[i], l[i], room)
		}
	}
	return nil
}

func (c transformCheck) increasing() error {
	return c.each(func(theta [][]float64) error {
		x := c.line(400)
		z, _, err := c.run(forward, x, theta)
		turns := 0 // of a circle, on which z comes back once
		for i := 1; err == nil && i < len(z); i++ {
			if !(z[i] > z[i-1]) {
				if turns++; c.o.Period == 0 || turns > 1 {
					err = fmt.Errorf("%v goes to %v, and %v to %v", x[i-1], z[i-1], x[i], z[i])
				}
			}
		}
		return err
	})
}

func (c transformCheck) slope() error {
	const h = 1e-5
	return c.each(func(theta [][]float64) error {
		for _, dir := range []direction{forward, inverse} {
			x := c.line(200)
			at := func(by float64) ([]float64, []float64, error) {
				moved := make([]float64, len(x))
				for i, v := range x {
					moved[i] = v + by
				}
				return c.run(dir, moved, theta)
			}
			_, l, err := at(0)
			if err != nil {
				return err
			}
			var y [4][]float64
			for i, by := range []float64{-2 * h, -h, h, 2 * h} {
				if y[i], _, err = at(by); err != nil {
					return err
				}
			}
			for i := range x {
				slope := (8*c.difference(y[2][i], y[1][i]) - c.difference(y[3][i], y[0][i])) / (12 * h)
				if !(math.Abs(math.Exp(l[i])-slope) <= c.o.Slope*max(1, math.Abs(slope))) {
					return fmt.Errorf("%v: logSlope at %v is that of the slope %v, and a difference is %v, tolerance %.2g", dir, x[i], math.Exp(l[i]), slope, c.o.Slope)
				}
			}
		}
		return nil
	})
}

func (c transformCheck) roundTrip() error {
	return c.each(func(theta [][]float64) error {
		for _, dir := range []direction{forward, inverse} {
			x := c.line(200)
			y, l, err := c.run(dir, x, theta)
			if err != nil {
				return err
			}
			back, m, err := c.run(!dir, y, theta)
			if err != nil {
				return err
			}
			for i := range x {
				room := c.o.Inverse * max(1, math.Exp(-l[i])) // what the rounding of y leaves of x
				if err := c.near(fmt.Sprintf("%v and back of %v", dir, x[i]), back[i], x[i], room); err != nil {
					return err
				}
				if !(math.Abs(l[i]+m[i]) <= 10*room*max(1, math.Abs(l[i]))) {
					return fmt.Errorf("%v of %v has log slope %v, and back %v", dir, x[i], l[i], m[i])
				}
			}
		}
		return nil
	})
}

// fewNumbers are five at which gradients are tried.
func (c transformCheck) fewNumbers() []float64 { return c.line(5) }

func (c transformCheck) gradients() error {
	return c.each(func(theta [][]float64) error {
		for _, dir := range []direction{forward, inverse} {
			for _, each := range []bool{false, true} {
				if err := c.gradientsOf(dir, each, theta); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (c transformCheck) gradientsOf(dir direction, each bool, theta [][]float64) error {
	e := c.evaluation(graph.Float64, dir, each, c.fewNumbers(), 1, theta)
	if e.err != nil {
		return e.err
	}
	got := e.at()
	compare := func(what string, gradient, v []float64) error {
		got, want := slopes(gradient, v, func([]float64) {}, func() float64 { return e.at().cost })
		room := c.o.Gradients + 1e-10*math.Abs(e.at().cost) // what the digits of the cost leave of a difference
		if d := distance(got, want); !(d <= room) {
			return fmt.Errorf("%v, parameters of each row: %t: gradient in %s is %v, differences are %v, tolerance %.2g", dir, each, what, got, want, room)
		}
		return nil
	}
	if err := compare("x", got.gx, e.x); err != nil {
		return err
	}
	for i, p := range c.tr.Parts() {
		if err := compare(p.Name, got.gparams[i], e.theta[i]); err != nil {
			return err
		}
	}
	return e.err
}

// training is a step of what the trainer runs, on an Elementwise that has the transform.
func (c transformCheck) training() error {
	theta := c.draw(1, 1)
	layer := single{c.tr, c.params(graph.Float64, 1, theta)}
	x := c.line(trainingRows)
	rng := rand.New(rand.NewPCG(3, 13))
	rng.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
	return trainingStepOn(layer, mat.NewDense(len(x), 1, x))
}

func (c transformCheck) perRow() error {
	return c.each(func(theta [][]float64) error {
		for _, dir := range []direction{forward, inverse} {
			x := c.line(33)
			own, each := c.evaluation(graph.Float64, dir, false, x, 1, theta), c.evaluation(graph.Float64, dir, true, x, 1, theta)
			if own.err != nil || each.err != nil {
				return keep(own.err, each.err)
			}
			a, b := own.at(), each.at()
			for i := range x {
				if err := c.near(fmt.Sprintf("%v of %v with parameters of its row", dir, x[i]), b.y[i], a.y[i], 1e-13); err != nil {
					return err
				}
				if !(math.Abs(a.logDet[i]-b.logDet[i]) <= 1e-12) {
					return fmt.Errorf("%v of %v has log slope %v with parameters of its row, %v with the same ones of all rows", dir, x[i], b.logDet[i], a.logDet[i])
				}
			}
		}
		return nil
	})
}

func (c transformCheck) columns() error {
	first, second := c.draw(1, 0), c.draw(1, 1)
	both := make([][]float64, len(first))
	for i := range both {
		both[i] = append(append([]float64(nil), first[i]...), second[i]...)
	}
	x := c.line(34)
	for _, each := range []bool{false, true} {
		e := c.evaluation(graph.Float64, forward, each, x, 2, both)
		if e.err != nil {
			return e.err
		}
		got := e.at()
		for j, theta := range [][][]float64{first, second} {
			want, _, err := c.run(forward, x, theta)
			if err != nil {
				return err
			}
			for i := j; i < len(x); i += 2 {
				if err := c.near(fmt.Sprintf("column %d of %v, parameters of each row: %t", j, x[i], each), got.y[i], want[i], 1e-13); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (c transformCheck) float32() error {
	return c.each(func(theta [][]float64) error {
		for _, part := range theta {
			for i, v := range part {
				part[i] = float64(float32(v))
			}
		}
		x := c.line(50)
		for i, v := range x {
			x[i] = float64(float32(v))
		}
		for _, dir := range []direction{forward, inverse} {
			long, short := c.evaluation(graph.Float64, dir, false, x, 1, theta), c.evaluation(graph.Float32, dir, false, x, 1, theta)
			if long.err != nil || short.err != nil {
				return keep(long.err, short.err)
			}
			a, b := long.at(), short.at()
			for i := range x {
				if err := c.near(fmt.Sprintf("%v of %v in float32", dir, x[i]), b.y[i], a.y[i], c.o.Float32); err != nil {
					return err
				}
			}
			if d := distance(b.logDet, a.logDet); !(d <= c.o.Float32) {
				return fmt.Errorf("%v: log slopes in float32 are off by %.2g, tolerance %.2g", dir, d, c.o.Float32)
			}
			if d := distance(b.gx, a.gx); !(d <= 10*c.o.Float32) {
				return fmt.Errorf("%v: gradients in float32 are off by %.2g, tolerance %.2g", dir, d, 10*c.o.Float32)
			}
		}
		return nil
	})
}

func (c transformCheck) tails() error {
	return c.each(func(theta [][]float64) error {
		var x []float64
		for _, size := range c.o.Tails {
			x = append(x, size, -size)
		}
		e := c.evaluation(graph.Float64, forward, false, x, 1, theta)
		if e.err != nil {
			return e.err
		}
		r := e.at()
		for _, v := range append([][]float64{r.y, r.logDet, r.gx}, r.gparams...) {
			for _, n := range v {
				if math.IsNaN(n) || math.IsInf(n, 0) {
					return fmt.Errorf("at %v values are %v, log slopes %v, gradients in x %v, in the parts %v", x, r.y, r.logDet, r.gx, r.gparams)
				}
			}
		}
		back, _, err := c.run(inverse, r.y, theta)
		for i := range x {
			err = keep(err, c.near(fmt.Sprintf("forward and back of %v", x[i]), back[i], x[i], 100*c.o.Inverse))
		}
		return err
	})
}

func (c transformCheck) describe() error {
	d, err := transforms.Describe(c.tr)
	if err != nil {
		return err
	}
	again, err := transforms.New(d)
	if err == nil && !reflect.DeepEqual(again, c.tr) {
		err = fmt.Errorf("after JSON, %s, it is %+v, want %+v", d.Config, again, c.tr)
	}
	return err
}

// fit tries normals and exponentials of where the transform is tried.
func (c transformCheck) fit() error {
	const n, room = 2000, 0.1
	middle, unit := (c.o.Lo+c.o.Hi)/2, (c.o.Hi-c.o.Lo)/16
	for name, draw := range map[string]func(rng *rand.Rand) float64{
		"a normal one":          (*rand.Rand).NormFloat64,
		"one of two normals":    func(rng *rand.Rand) float64 { return math.Copysign(2, rng.Float64()-0.3) + 0.5*rng.NormFloat64() },
		"an evenly spread one ": func(rng *rand.Rand) float64 { return 4*rng.Float64() - 2 },
	} {
		rng := rand.New(rand.NewPCG(4, 14))
		x := make([]float64, n)
		for i := range x {
			x[i] = middle + unit*draw(rng)
		}
		theta, err := c.tr.(transforms.Fitter).Fit(append([]float64(nil), x...), 0, initializers.Site{}, graph.Float64)
		if err != nil {
			return err
		}
		z, _, err := c.run(forward, x, theta)
		if err != nil {
			return err
		}
		mean, square := 0.0, 0.0
		for _, v := range z {
			mean += v / n
			square += v * v / n
		}
		if scale := math.Sqrt(square - mean*mean); !(math.Abs(mean) <= room) || !(math.Abs(scale-1) <= room) {
			return fmt.Errorf("a column, %s, comes out with mean %.3f and scale %.3f, want 0 and 1, tolerance %v", name, mean, scale, room)
		}
	}
	return nil
}
