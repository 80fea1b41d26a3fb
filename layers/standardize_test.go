package layers_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestStandardizeFrom: NewStandardizeFrom gives the layer of NewStandardize up to rounding, also for a constant column.
func TestStandardizeFrom(t *testing.T) {
	x := layertest.Normal(501, 3, 40, 9)
	for i := range 501 {
		x.Set(i, 1, 0.3)
	}
	want, err := layers.NewStandardize(x, layers.AffineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := layers.NewStandardizeFrom(func(yield func(*mat.Dense, error) bool) {
		_ = yield(x.Slice(0, 200, 0, 3).(*mat.Dense), nil) && yield(x.Slice(200, 501, 0, 3).(*mat.Dense), nil)
	}, layers.AffineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if layers.Kind(got) != "standardize" {
		t.Errorf("its name is %q", layers.Kind(got))
	}
	for i, p := range got.Params() {
		if p.Trainable {
			t.Errorf("%s is trained", p.Name)
		}
		for j, v := range p.Values() {
			if w := want.Params()[i].Values()[j]; !(math.Abs(v-w) <= 1e-13*math.Max(1, math.Abs(w))) {
				t.Errorf("%s[%d] = %v, want %v", p.Name, j, v, w)
			}
		}
	}
	if scale := got.Params()[1].Values()[1]; scale != 0 {
		t.Errorf("the constant column's log scale is %v, want 0", scale)
	}
	_, err = layers.NewStandardizeFrom(nil, layers.AffineConfig{})
	if err == nil || !strings.Contains(err.Error(), "StandardizeFrom") {
		t.Errorf("of nothing: %v", err)
	}
	_, err = layers.NewStandardizeFrom(func(yield func(*mat.Dense, error) bool) { yield(x, nil) }, layers.AffineConfig{Dtype: "float16"})
	if err == nil || !strings.Contains(err.Error(), "float16") {
		t.Errorf("of an unknown dtype: %v", err)
	}
}
