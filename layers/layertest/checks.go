package layertest

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
)

func roundTrip(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, dir := range []direction{forward, inverse} {
		x := rowsFor(b, 64, 1.5, 1)
		there := evaluate(t, b, dir, x, mode{})
		back := evaluate(t, b, !dir, withX(b, x, there.y), mode{})
		within(t, dir.String()+" and back", back.y, xOf(b, x), 1e-11)
		for i := range there.logDet {
			there.logDet[i] *= -1
		}
		within(t, dir.String()+": log-dets cancel", back.logDet, there.logDet, 1e-10)
	}
}

func logDetJacobian(t *testing.T, make func() layers.Bijector) {
	b := make()
	d := b.Dim()
	for _, dir := range []direction{forward, inverse} {
		rows := rowsFor(b, 4, 1, 2)
		got := evaluate(t, b, dir, rows, mode{}).logDet
		one := mat.NewDense(1, width(b), nil)
		at := evaluation(t, b, dir, one, mode{})
		for i := range got {
			one.SetRow(0, rows.RawRowView(i))
			jac := mat.NewDense(d, d, nil)
			fd.Jacobian(jac, func(y, x []float64) {
				copy(one.RawRowView(0), x)
				copy(y, at().y)
			}, append([]float64(nil), rows.RawRowView(i)[:d]...), &fd.JacobianSettings{Formula: fd.Central})
			want, _ := mat.LogDet(jac)
			if math.Abs(got[i]-want) > 1e-7 {
				t.Errorf("%v: log-det of row %d = %v, numeric Jacobian %v", dir, i, got[i], want)
			}
		}
	}
}

func gradients(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, dir := range []direction{forward, inverse} {
		x := rowsFor(b, 3, 1, 3)
		at := evaluation(t, b, dir, x, mode{})
		r, cost := at(), func() float64 { return at().cost }
		got, want := slopes(r.gx, x.RawMatrix().Data, func(v []float64) {}, cost)
		within(t, dir.String()+": gradient in x", got, want, 1e-6)
		for i, p := range trainable(b) {
			got, want := slopes(r.gparams[i], p.Values(), func(v []float64) { _ = p.Set(v) }, cost)
			within(t, dir.String()+": gradient in "+p.Name, got, want, 1e-6)
		}
	}
}

// slopes are a gradient and, as want, the central differences of cost in the elements of v, which set stores: in all of them or, where
// the processor is emulated, in four that are spread over v.
func slopes(gradient, v []float64, set func([]float64), cost func() float64) (got, want []float64) {
	const h = 1e-5
	step := 1
	if testsize.Emulated() {
		step = max(1, len(v)/4)
	}
	for i := 0; i < len(v); i += step {
		x := v[i]
		at := func(y float64) float64 { v[i] = y; set(v); return cost() }
		got = append(got, gradient[i])
		want = append(want, (8*(at(x+h)-at(x-h))-(at(x+2*h)-at(x-2*h)))/(12*h))
		at(x)
	}
	return got, want
}

func compare(t *testing.T, name string, got, want result, tol float64) {
	t.Helper()
	within(t, name+": value", got.y, want.y, tol)
	within(t, name+": log-det", got.logDet, want.logDet, tol)
	within(t, name+": gradient in x", got.gx, want.gx, tol)
	for i := range got.gparams {
		within(t, name+": gradient of a parameter", got.gparams[i], want.gparams[i], tol)
	}
}

func composedAndFused(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, dir := range []direction{forward, inverse} {
		x := rowsFor(b, 32, 2, 4)
		compare(t, dir.String(), evaluate(t, b, dir, x, mode{}), evaluate(t, b, dir, x, mode{composed: true}), 1e-12)
	}
}

func stockMachine(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, m := range []mode{{}, {composed: true}} {
		for _, dir := range []direction{forward, inverse} {
			x := rowsFor(b, 5, 1, 5)
			ours := evaluate(t, b, dir, x, m)
			m.stock = true
			compare(t, dir.String(), ours, evaluate(t, b, dir, x, m), 1e-13)
		}
	}
}

func oneRow(t *testing.T, make func() layers.Bijector) {
	b := make()
	x := rowsFor(b, 9, 1, 6)
	all := evaluate(t, b, forward, x, mode{})
	for i := range 9 {
		one := evaluate(t, b, forward, mat.NewDense(1, width(b), x.RawRowView(i)), mode{})
		within(t, "one row against nine", one.y, all.y[i*b.Dim():(i+1)*b.Dim()], 1e-15)
		within(t, "one row's log-det", one.logDet, all.logDet[i:i+1], 1e-14)
	}
}

func inputUnmodified(t *testing.T, make func() layers.Bijector) {
	b := make()
	x := rowsFor(b, 6, 1, 7)
	before := mat.DenseCopyOf(x)
	var params [][]float64
	for _, p := range b.Params() {
		params = append(params, p.Values())
	}
	evaluate(t, b, forward, x, mode{})
	evaluate(t, b, inverse, x, mode{})
	if !mat.Equal(x, before) {
		t.Error("the input was modified")
	}
	for i, p := range b.Params() {
		within(t, "parameter "+p.Name+" after evaluation", p.Values(), params[i], 0)
	}
}

func params(t *testing.T, make func() layers.Bijector) {
	b, twin := make(), make()
	for i, p := range b.Params() {
		if p != b.Params()[i] {
			t.Errorf("parameter %d is not the same from call to call", i)
		}
		within(t, "parameter "+p.Name+" of two layers of one seed", p.Values(), twin.Params()[i].Values(), 0)
	}
}

func describe(t *testing.T, make func() layers.Bijector) {
	b := make()
	if reason := unregistered(b); reason != "" {
		t.Skip(reason)
	}
	d, err := layers.Describe(b)
	if err != nil {
		t.Fatal(err)
	}
	specs, err := layers.Specs(d)
	if err != nil {
		t.Fatal(err)
	}
	params, err := graph.NewParams(graph.Float64, specs)
	if err != nil {
		t.Fatal(err)
	}
	first := map[*graph.Param]*graph.Param{}
	for i, p := range layers.Slots(b) { // what is one parameter there is one here
		if first[p] == nil {
			first[p] = params[i]
		}
		params[i] = first[p]
	}
	twin, err := layers.New(d, params)
	if err != nil {
		t.Fatal(err)
	}
	again, err := layers.Describe(twin)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.Config) != string(d.Config) {
		t.Errorf("config after JSON = %s, want %s", again.Config, d.Config)
	}
	for i, p := range layers.Slots(b) {
		if err := params[i].Set(p.Values()); err != nil {
			t.Fatal(err)
		}
		if layers.Slots(twin)[i] != params[i] {
			t.Errorf("parameter %d (from 0) of the layer that was made anew is not the one that it was made of", i)
		}
	}
	x := rowsFor(b, 6, 1, 8)
	compare(t, "after JSON", evaluate(t, twin, forward, x, mode{}), evaluate(t, b, forward, x, mode{}), 0)
}

// unregistered is why b cannot be saved, where that is because its type, or that of a part, is not registered.
func unregistered(b layers.Bijector) string {
	if _, err := layers.Describe(b); err != nil && strings.Contains(err.Error(), "not registered") {
		return err.Error()
	}
	return ""
}

func tails(t *testing.T, b layers.Bijector, magnitudes []float64) {
	d := b.Dim()
	for _, size := range magnitudes {
		x := rowsFor(b, 2, 1, 11)
		for j := range d {
			x.Set(0, j, size)
			x.Set(1, j, -size)
		}
		r := evaluate(t, b, forward, x, mode{})
		for _, v := range append(append([][]float64{r.y, r.logDet, r.gx}, r.gparams...), evaluate(t, b, forward, x, mode{composed: true}).gx) {
			for _, e := range v {
				if math.IsNaN(e) || math.IsInf(e, 0) {
					t.Fatalf("at ±%v: a value or gradient is %v", size, e)
				}
			}
		}
		back := evaluate(t, b, inverse, withX(b, x, r.y), mode{})
		within(t, "round trip in the tails", back.y, xOf(b, x), 1e-9)
	}
}
