package tabular_test

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
)

// TestForwardInverse: there and back, a dropped column included.
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
