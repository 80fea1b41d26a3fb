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
