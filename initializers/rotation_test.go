package initializers_test

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
)

// TestPCAUnits: the axes are those of the columns, however large or small.
func TestPCAUnits(t *testing.T) {
	x := rows(50, 3)
	want, variances, err := initializers.PCA(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range []float64{0x1p-650, 0x1p500} {
		y := mat.DenseCopyOf(x)
		y.Scale(unit, y)
		q, _, err := initializers.PCA(y)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "axes", q.RawMatrix().Data, want.RawMatrix().Data, 1e-14)
	}
	if !(variances[0] > variances[2]) {
		t.Error(variances)
	}
}

// TestHouseholderBasis: the first columns of x·H_1·…·H_r are x·axes, for any number of axes.
func TestHouseholderBasis(t *testing.T) {
	const d = 7
	q := initializers.Haar(d, 3)
	for r := 1; r <= d; r++ {
		axes := mat.DenseCopyOf(q.Slice(0, d, 0, r))
		v, err := initializers.HouseholderBasis(axes)
		if err != nil {
			t.Fatal(err)
		}
		x := mat.DenseCopyOf(q)
		x.Zero()
		for i := range d {
			x.Set(i, i, 1)
		}
		for j := range r {
			reflector := v.RowView(j)
			square := mat.Dot(reflector, reflector)
			if square == 0 {
				continue
			}
			var along mat.VecDense
			along.MulVec(x, reflector)
			x.RankOne(x, -2/square, &along, reflector)
		}
		within(t, "axes", mat.DenseCopyOf(x.Slice(0, d, 0, r)).RawMatrix().Data, axes.RawMatrix().Data, 1e-12)
	}
	for what, bad := range map[string]mat.Matrix{
		"wide": mat.NewDense(2, 3, []float64{1, 0, 0, 0, 1, 0}), "not orthonormal": mat.NewDense(2, 1, []float64{1, 1}), "nil": nil,
	} {
		if _, err := initializers.HouseholderBasis(bad); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
