package flows_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
)

var theoremMasks = map[string]func(d int) layers.Mask{
	"half":        layers.HalfMask,
	"other half":  func(d int) layers.Mask { return layers.HalfMask(d).Not() },
	"alternating": layers.AlternatingMask,
}

// TestTheorem: with constant conditioners the coupling flow is the diagonal flow, for all data and all masks. The proof
// makes no assumption about the data, so ties, constant columns and heavy tails are tested too.
func TestTheorem(t *testing.T) {
	for _, d := range widths(t) {
		for i, kind := range dataKinds {
			for j, mask := range []string{"half", "other half", "alternating"} {
				k, seed := []int{1, 3, 8}[(d+i+j)%3], uint64(d+2*i+j)%4 // each kind of data and each mask is tested with each K
				x := randomData(kind, 150, d, seed)
				for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
					name := fmt.Sprintf("%s/d=%d/%s/%s/K=%d/seed=%d", dtype, d, kind, mask, k, seed)
					t.Run(name, func(t *testing.T) { theorem(t, x, theoremMasks[mask](d), k, seed, dtype) })
				}
			}
		}
	}
}

func theorem(t *testing.T, x *mat.Dense, mask layers.Mask, k int, seed uint64, dtype graph.Dtype) {
	_, d := x.Dims()
	diag := diagonal(t, d, flows.GaussianizationConfig{Blocks: 2, Components: k, Seed: seed, Dtype: dtype})
	cpl := coupling(t, d, flows.CouplingConfig{Blocks: 2, Components: k, Seed: seed, Dtype: dtype, Mask: mask, Hidden: []int{8}})
	initFrom(t, diag, x)
	initFrom(t, cpl, x)
	tol := 1e-10
	if dtype == graph.Float32 {
		tol = 1e-3
	}
	if off := maxDifference(numbers(forward(t, cpl, x)), numbers(forward(t, diag, x))); !(off <= tol) {
		t.Errorf("max |Δz| = %.2g, want ≤ %g", off, tol)
	}
	if off := maxDifference(logProb(t, cpl, x), logProb(t, diag, x)); !(off <= tol) {
		t.Errorf("max |Δlog p| = %.2g, want ≤ %g", off, tol)
	}
}

// TestWarmStartIsRBIG tests a corollary of the theorem: the warm start is RBIG. The plain loop rotates by PCA's matrix and
// the flow by reflectors made from it, so they differ in the last digit from the first block on. If the eigenvalues are
// distinct, the difference stays that small. If some are equal, any rotation of their axes is a PCA and the last digit
// decides which one, so the two may differ: for two constant columns, for example, or for one component, which whitens, so
// that after the first block all eigenvalues are equal. Therefore K = 1 is compared after one block only.
func TestWarmStartIsRBIG(t *testing.T) {
	for _, d := range widths(t) {
		for _, kind := range []string{"blobs", "constant column", "student t"} {
			for _, k := range []int{1, 3, 8} {
				t.Run(fmt.Sprintf("d=%d/%s/K=%d", d, kind, k), func(t *testing.T) {
					x := randomData(kind, 300, d, 1)
					blocks := min(k, 3)
					f := diagonal(t, d, flows.GaussianizationConfig{Blocks: blocks, Components: k})
					initFrom(t, f, x)
					want, err := initializers.RBIG(x, blocks, k, initializers.IGConfig{})
					errtest.None(t, err)
					if off := maxDifference(numbers(forward(t, f, x)), numbers(want)); !(off <= 1e-10) {
						t.Errorf("max |Δz| = %.2g, want ≤ 1e-10", off)
					}
				})
			}
		}
	}
}

// TestInitFromReturnsForward: the rows that InitFrom returns are those that the flow computes, bit for bit. Forward runs in float64.
func TestInitFromReturnsForward(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		x := randomData("blobs", 600, 5, 2) // more than one chunk of rows
		for name, f := range map[string]*flows.Flow{
			"diagonal": diagonal(t, 5, flows.GaussianizationConfig{Blocks: 2, Components: 3, PCA: true, Dtype: dtype}),
			"coupling": coupling(t, 5, flows.CouplingConfig{Blocks: 2, Components: 3, Dtype: dtype}),
			"shared":   coupling(t, 5, flows.CouplingConfig{Blocks: 2, Components: 3, Dtype: dtype, Shared: true}),
		} {
			z := initFrom(t, f, x)
			own := graph.NewRowFunc(dtype, 5, func(b *graph.Builder, x *G.Node) []*G.Node {
				z, _ := f.LogProbNodes(b, x, nil)
				return []*G.Node{z}
			})
			if !slices.Equal(errtest.Must(own.Run(x))[0], numbers(z)) {
				t.Errorf("%s, %s: InitFrom returned other numbers than the flow computes", name, dtype)
			}
			if off := maxDifference(numbers(forward(t, f, x)), numbers(z)); !(off <= map[graph.Dtype]float64{graph.Float64: 0, graph.Float32: 1e-4}[dtype]) {
				t.Errorf("%s, %s: InitFrom is off Forward by %v", name, dtype, off)
			}
		}
	}
}

// TestSharedMixture: a shared mixture is fitted to the pooled values of its columns, and each column is mapped by it.
func TestSharedMixture(t *testing.T) {
	const d, k, blocks = 5, 4, 2
	mask := layers.HalfMask(d) // 3 transformed columns, then 2
	for seed := range uint64(3) {
		x := randomData("blobs", 400, d, seed)
		f := coupling(t, d, flows.CouplingConfig{Blocks: blocks, Components: k, Shared: true, Mask: mask, Hidden: []int{8}})
		got, want := initFrom(t, f, x), mat.DenseCopyOf(x)
		for block := range blocks {
			q, _, err := initializers.PCA(want)
			errtest.None(t, err)
			want.Mul(mat.DenseCopyOf(want), q)
			for _, columns := range [][]int{mask.Columns(false), mask.Columns(true)} {
				pushPooled(t, want, columns, block, k)
			}
		}
		if off := maxDifference(numbers(got), numbers(want)); !(off <= 1e-10) {
			t.Errorf("seed %d: the shared flow is off the plain loop by %.2g", seed, off)
		}
	}
}

// pushPooled Gaussianizes columns of y, in place, by one mixture fitted to all of them.
func pushPooled(t *testing.T, y *mat.Dense, columns []int, block, k int) {
	t.Helper()
	var pooled []float64
	for _, j := range columns {
		pooled = append(pooled, mat.Col(nil, j, y)...)
	}
	fit, _, err := initializers.Site{Block: block}.FitColumn(pooled, columns[0], k, initializers.DefaultScaleClamp, graph.Float64)
	errtest.None(t, err)
	m := kernel.NewMixture(k)
	kernel.SetMixture(m, fit.Logits, fit.Means, fit.LogScales)
	n, _ := y.Dims()
	for _, j := range columns {
		for i := range n {
			z, _ := m.At(y.At(i, j))
			y.Set(i, j, z)
		}
	}
}

// TestHiddenGradientIsZeroAtWarmStart: the hidden layers have no gradient after the warm start, because ∂θ/∂(hidden) = Wᵀ·… and W = 0.
func TestHiddenGradientIsZeroAtWarmStart(t *testing.T) {
	x := randomData("blobs", 100, 3, 4)
	f := coupling(t, 3, flows.CouplingConfig{Blocks: 2, Components: 3, Hidden: []int{6, 5}})
	initFrom(t, f, x)
	b := graph.NewBuilder(f.Dtype())
	in := b.Input("x", 100, 3)
	_, lp := f.LogProbNodes(b, in, nil)
	var params []*graph.Param
	var nodes []*G.Node
	last := map[*graph.Param]bool{}
	for _, c := range couplings(f) {
		final := finalLayer(c)
		last[final.Kernel()], last[final.Bias()] = true, true
		for _, p := range c.Params() {
			params, nodes = append(params, p), append(nodes, b.Param(p))
		}
	}
	grads := b.Grad(b.SumLast(lp), nodes...)
	program, err := b.Compile(grads...)
	errtest.None(t, err)
	program.Set(in, numbers(x))
	errtest.None(t, program.Run())
	for i, p := range params {
		g := make([]float64, p.Size())
		program.Get(grads[i], g)
		if zero := slices.Max(g) == 0 && slices.Min(g) == 0; zero == last[p] {
			t.Errorf("%s, %d: the gradient is zero: %v, want %v", p.Name, i, zero, !last[p])
		}
	}
}

// TestOneStepBreaksTheTheorem: the theorem ceases to hold after one step, and only through the final kernels: if all other
// parameters change, the flow is still a diagonal one.
func TestOneStepBreaksTheTheorem(t *testing.T) {
	x := randomData("blobs", 300, 4, 5)
	f := coupling(t, 4, flows.CouplingConfig{Blocks: 2, Components: 3, Hidden: []int{6, 5}})
	before := initFrom(t, f, x)
	values := map[*graph.Param][]float64{}
	for _, p := range f.Params() {
		values[p] = p.Values()
	}

	errtest.None(t, f.Compile(train.Config{Optimizer: train.SGD{LearningRate: 0.1}}))
	_, err := f.Fit(context.Background(), x, train.FitConfig{BatchSize: 300})
	errtest.None(t, err)

	if maxDifference(numbers(forward(t, f, x)), numbers(before)) == 0 {
		t.Error("a gradient step left the push-forward as it was")
	}
	for _, c := range couplings(f) {
		params := c.Params()
		for i, p := range params {
			hidden := i < len(params)-2
			if same := slices.Equal(p.Values(), values[p]); same != hidden {
				t.Errorf("%s unchanged by one step: %v, want %v", p.Name, same, hidden)
			}
		}
		if !conditional(t, c) {
			t.Error("after the step a coupling still ignores its identity half")
		}
		kernel := finalLayer(c).Kernel()
		errtest.None(t, kernel.Set(make([]float64, kernel.Size())))
		if conditional(t, c) {
			t.Error("with its final kernel back at zero a coupling still depends on its identity half")
		}
	}
}

// conditional reports whether any bit of the transformed half of c's output changes with the identity half.
func conditional(t *testing.T, c *layers.MixtureCDFCoupling) bool {
	t.Helper()
	one, err := flows.New(flows.Named{Name: "coupling", Layer: c})
	errtest.None(t, err)
	mask := c.Config().Mask
	x := randomData("blobs", 50, c.Dim(), 6)
	moved := mat.DenseCopyOf(x)
	for _, j := range mask.Columns(true) {
		for i := range 50 {
			moved.Set(i, j, x.At(i, j)+1)
		}
	}
	a, b := forward(t, one, x), forward(t, one, moved)
	for _, j := range mask.Columns(false) {
		if !slices.Equal(mat.Col(nil, j, a), mat.Col(nil, j, b)) {
			return true
		}
	}
	return false
}
