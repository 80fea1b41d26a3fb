package initializers_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/initializers"
)

// TestKernels against the variance and the range of each definition, on a kernel large enough to tell.
func TestKernels(t *testing.T) {
	const in, out = 200, 300
	for kernel, want := range map[initializers.Distribution]struct{ variance, bound float64 }{
		"":                         {2.0 / (in + out), math.Sqrt(6.0 / (in + out))},
		initializers.GlorotUniform: {2.0 / (in + out), math.Sqrt(6.0 / (in + out))},
		initializers.GlorotNormal:  {2.0 / (in + out), math.Inf(1)},
		initializers.HeUniform:     {2.0 / in, math.Sqrt(6.0 / in)},
		initializers.HeNormal:      {2.0 / in, math.Inf(1)},
		initializers.FanInUniform:  {1.0 / 3 / in, 1 / math.Sqrt(in)},
		initializers.Normal:        {0.05 * 0.05, math.Inf(1)},
		initializers.Orthogonal:    {1.0 / out, 1}, // rows of length 1
		initializers.Zeros:         {0, 0},
	} {
		w := kernel.Make(in, out, initializers.NewRand(1, 2))
		if len(w) != in*out {
			t.Fatalf("%q: %d numbers, want %d", kernel, len(w), in*out)
		}
		mean, variance := stat.PopMeanVariance(w, nil)
		// four standard errors: of the mean σ/√n, of the variance at most σ²·√(2/n)
		n := float64(in * out)
		if !(math.Abs(mean) <= 4*math.Sqrt(want.variance/n)) || !(math.Abs(variance-want.variance) <= 4*want.variance*math.Sqrt(2/n)) {
			t.Errorf("%q: mean %v, variance %v, want 0 and %v", kernel, mean, variance, want.variance)
		}
		if largest := max(slices.Max(w), -slices.Min(w)); largest > want.bound || !math.IsInf(want.bound, 1) && kernel != initializers.Orthogonal && largest < 0.99*want.bound {
			t.Errorf("%q: the largest is %v, want it just below %v", kernel, largest, want.bound)
		}
		bias := kernel.MakeBias(in, out, initializers.NewRand(1, 2))
		if zeros := kernel == ""; len(bias) != out || zeros && slices.Max(bias) > 0 || !zeros && !slices.Equal(bias, w[:out]) {
			t.Errorf("%q: biases %v, want zeros without a name, else numbers drawn as the kernel's", kernel, bias)
		}
		if !slices.Equal(w, kernel.Make(in, out, initializers.NewRand(1, 2))) {
			t.Errorf("%q: one seed gave two kernels", kernel)
		}
		if kernel != initializers.Zeros && slices.Equal(w, kernel.Make(in, out, initializers.NewRand(2, 2))) {
			t.Errorf("%q: two seeds gave one kernel", kernel)
		}
	}
	if names := initializers.Distributions(); len(names) != 8 {
		t.Errorf("%d kernels, want the 8 tested here: %q", len(names), names)
	}
}

// TestOrthogonalKernel has orthonormal rows or columns, whichever are fewer.
func TestOrthogonalKernel(t *testing.T) {
	for _, shape := range [][2]int{{3, 7}, {7, 3}, {4, 4}} {
		w := mat.NewDense(shape[0], shape[1], initializers.Orthogonal.Make(shape[0], shape[1], initializers.NewRand(3, 0)))
		var gram mat.Dense
		if shape[0] <= shape[1] {
			gram.Mul(w, w.T())
		} else {
			gram.Mul(w.T(), w)
		}
		n, _ := gram.Dims()
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = 1
				}
				if math.Abs(gram.At(i, j)-want) > 1e-14 {
					t.Errorf("%v: gram(%d, %d) = %v, want %v", shape, i, j, gram.At(i, j), want)
				}
			}
		}
	}
}
