package initializers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
)

// TestReferenceHouseholderDecomp is the reference's test_householder_decomp.
func TestReferenceHouseholderDecomp(t *testing.T) {
	t.Run("reflectors_apply_q", func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { reflectorsApplyQ[float32](t, 1e-6) })
		t.Run("float64", func(t *testing.T) { reflectorsApplyQ[float64](t, 1e-9) })
	})
	t.Run("wrong_parity_preserves_norms", func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { wrongParityPreservesNorms[float32](t, 1e-6) })
		t.Run("float64", func(t *testing.T) { wrongParityPreservesNorms[float64](t, 1e-9) })
	})
	t.Run("non_square_is_error", func(t *testing.T) {
		wantError(t, mat.NewDense(3, 2, nil), 2, "square")
	})
	t.Run("non_orthogonal_is_error", func(t *testing.T) {
		wantError(t, mat.NewDense(2, 2, []float64{2, 0, 0, 2}), 2, "orthogonal")
	})
	t.Run("other_reflector_count_is_error", func(t *testing.T) {
		wantError(t, initializers.Haar(4, 1), 3, "num_reflectors == d")
	})
}

// haarOfParity is a Haar matrix with det = parity·(−1)^d.
func haarOfParity(d int, parity float64) *mat.Dense {
	q := initializers.Haar(d, uint64(d))
	if mat.Det(q)*parity*math.Pow(-1, float64(d)) < 0 {
		flipFirstColumn(q)
	}
	return q
}

func flipFirstColumn(q *mat.Dense) {
	d, _ := q.Dims()
	for i := range d {
		q.Set(i, 0, -q.At(i, 0))
	}
}

func rows(n, d int) *mat.Dense {
	rng := rand.New(rand.NewPCG(11, 0))
	x := mat.NewDense(n, d, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return x
}

// applyReflectors runs the rows of x through the reflectors v, both held as T.
func applyReflectors[T kernel.Float](v, x *mat.Dense) []float64 {
	y := convert[T](x.RawMatrix().Data)
	reflectors, d := v.Dims()
	for r := range reflectors {
		w := convert[T](v.RawRowView(r))
		for row := y; len(row) > 0; row = row[d:] {
			reflectRow(row[:d], w)
		}
	}
	return convert[float64](y)
}

// reflectRow is y − 2 (y·v) v/‖v‖².
func reflectRow[T kernel.Float](y, v []T) {
	var along, norm float64
	for j, x := range v {
		along += float64(y[j]) * float64(x)
		norm += float64(x) * float64(x)
	}
	for j, x := range v {
		y[j] -= T(2 * along / norm * float64(x))
	}
}

func convert[T, S kernel.Float](x []S) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

// within fails where a number of got is further than tol from that of want.
func within(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Fatalf("%s: number %d is %v, want %v, tolerance %.1g", what, i, got[i], want[i], tol)
		}
	}
}

func reflectorsApplyQ[T kernel.Float](t *testing.T, tol float64) {
	for _, d := range []int{2, 4, 5, 7} {
		q := haarOfParity(d, 1)
		v, flipped, err := initializers.HouseholderDecompose(q, d)
		if err != nil || flipped {
			t.Fatalf("d = %d: flipped = %v, error %v, want neither", d, flipped, err)
		}
		x := rows(16, d)
		within(t, fmt.Sprintf("d = %d: x·Q", d), applyReflectors[T](v, x), product(x, q), tol)
	}
}

// wrongParityPreservesNorms also asks for the one change that a flip may make: the sign of the first column.
func wrongParityPreservesNorms[T kernel.Float](t *testing.T, tol float64) {
	for _, d := range []int{2, 4, 5, 7} {
		q := haarOfParity(d, -1)
		v, flipped, err := initializers.HouseholderDecompose(q, d)
		if err != nil || !flipped {
			t.Fatalf("d = %d: flipped = %v, error %v, want a flip and no error", d, flipped, err)
		}
		x := rows(16, d)
		y := applyReflectors[T](v, x)
		within(t, fmt.Sprintf("d = %d: norms", d), norms(y, d), norms(x.RawMatrix().Data, d), tol)
		flipFirstColumn(q)
		within(t, fmt.Sprintf("d = %d: x·Q but for a sign", d), y, product(x, q), tol)
	}
}

func product(x, q *mat.Dense) []float64 {
	var y mat.Dense
	y.Mul(x, q)
	return y.RawMatrix().Data
}

// norms are the lengths of rows of d numbers.
func norms(x []float64, d int) (out []float64) {
	for i := 0; i < len(x); i += d {
		out = append(out, floats.Norm(x[i:i+d], 2))
	}
	return out
}

func wantError(t *testing.T, q mat.Matrix, reflectors int, text string) {
	t.Helper()
	if _, _, err := initializers.HouseholderDecompose(q, reflectors); err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want one that contains %q", err, text)
	}
}

// TestUnitReflectors: reflectors have length 1, also those of a rotation that hardly moves an axis.
func TestUnitReflectors(t *testing.T) {
	for _, angle := range []float64{0, 1e-14, 1e-9, 1e-3, 1, math.Pi} {
		q := mat.NewDense(3, 3, []float64{math.Cos(angle), -math.Sin(angle), 0, math.Sin(angle), math.Cos(angle), 0, 0, 0, -1})
		v, _, err := initializers.HouseholderDecompose(q, 3)
		if err != nil {
			t.Fatal(err)
		}
		within(t, fmt.Sprintf("angle %g: lengths", angle), norms(v.RawMatrix().Data, 3), []float64{1, 1, 1}, 1e-14)
		within(t, fmt.Sprintf("angle %g: the product", angle), applyReflectors[float64](v, mat.DenseCopyOf(q.T())), []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}, 1e-14)
	}
}
