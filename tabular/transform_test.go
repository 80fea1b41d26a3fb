package tabular_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/tabular"
)

// TestForwardInverse: rows come back from Forward and Inverse, a dropped column included.
func TestForwardInverse(t *testing.T) {
	x := curve(60, 3, 8)
	for i := range 60 {
		x.Set(i, 1, 4)
	}
	c := quick
	c.DropConstant, c.Dtype = true, graph.Float64
	m := fit(t, x, c)
	z, err := m.Forward(x)
	if err != nil {
		t.Fatal(err)
	}
	if _, d := z.Dims(); d != 2 {
		t.Errorf("z has %d columns, want 2", d)
	}
	back, err := m.Inverse(z)
	if err != nil {
		t.Fatal(err)
	}
	if !mat.EqualApprox(back, x, 1e-9) {
		t.Error("the inverse of forward is not what it was")
	}
	if _, err = m.Forward(z); err == nil {
		t.Error("two columns pass for three")
	}
	if _, err = m.Inverse(x); err == nil {
		t.Error("three columns pass for two")
	}
}

// TestErrorsOfRows: a row between two narrow peaks does not come back from its latents. Its error is large, counted in
// standard deviations of the column, and Errors reports it; the others have almost none, in both dtypes. A dropped column
// adds nothing.
func TestErrorsOfRows(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float32, graph.Float64} {
		peaks, err := layers.NewMixtureCDF(1, layers.MixtureCDFConfig{Components: 2, LogScale: -3, Dtype: dtype})
		if err != nil {
			t.Fatal(err)
		}
		if err = peaks.Params()[1].Set([]float64{-200, 200}); err != nil {
			t.Fatal(err)
		}
		flow, err := flows.New(flows.Named{Name: "peaks", Layer: peaks})
		if err != nil {
			t.Fatal(err)
		}
		m := &tabular.Model{Flow: flow, Facts: tabular.Facts{Columns: []tabular.Column{
			{Column: data.Column{Name: "x", Std: 100}}, {Column: data.Column{Name: "constant", Mean: 3, Distinct: 1}, Dropped: true},
		}}}
		rows := mat.NewDense(3, 2, []float64{-200, 3, 50, 4, 200.1, 3})
		z, errors, err := m.RoundTrip(rows)
		if err != nil {
			t.Fatal(err)
		}
		back, estimates, err := m.InverseError(z)
		if err != nil {
			t.Fatal(err)
		}
		if want := math.Abs(back.At(1, 0)-50) / 100; errors[1] != want || want < 0.1 || !(estimates[1] > want/2) {
			t.Errorf("%s: between the peaks a row is off by %.2g spreads, estimated %.2g, want %.2g", dtype, errors[1], estimates[1], want)
		}
		for _, i := range []int{0, 2} {
			if !(errors[i] < 1e-14 && estimates[i] < 1e-12) {
				t.Errorf("%s: row %d is off by %.2g spreads, estimated %.2g", dtype, i, errors[i], estimates[i])
			}
		}
	}
	if _, _, err := (&tabular.Model{}).RoundTrip(mat.NewDense(1, 1, nil)); err == nil {
		t.Error("a model of nothing has a round trip")
	}
	if _, _, err := (&tabular.Model{}).InverseError(mat.NewDense(1, 1, nil)); err == nil {
		t.Error("a model of nothing has an inverse")
	}
}
