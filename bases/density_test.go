package bases_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
)

// network is a small conditioner of the context, if there is one.
func network(dtype graph.Dtype, context int) layers.MakeConditioner {
	if context == 0 {
		return nil
	}
	return layers.MLPConfig{Hidden: []int{5}, Activation: graph.Tanh, Seed: 1, Dtype: dtype}.New
}

// made are the bases of two columns that the tests run on; a new base is one more line here. Those with a context read two
// numbers of it.
func made(dtype graph.Dtype) map[string]bases.Base {
	independent := func(f bases.Family, context int) bases.Base {
		return errtest.Must(bases.NewIndependent(2, bases.IndependentConfig{Family: f, Context: context, Conditioner: network(dtype, context), Dtype: dtype}))
	}
	mixture := func(full bool, context int) bases.Base {
		return errtest.Must(bases.NewGaussianMixture(2, bases.GaussianMixtureConfig{Components: 3, Full: full, Context: context, Conditioner: network(dtype, context), Dtype: dtype}))
	}
	return map[string]bases.Base{
		"standard normal":               errtest.Must(bases.NewStandardNormal(2)),
		"uniform":                       errtest.Must(bases.NewUniform(bases.UniformConfig{Low: []float64{-9, -8}, High: []float64{9, 20}})),
		"normal":                        independent(bases.Normal{}, 0),
		"normal, conditional":           independent(bases.Normal{}, 2),
		"student t":                     independent(bases.StudentT{}, 0),
		"student t, conditional":        independent(bases.StudentT{}, 2),
		"interval":                      independent(bases.UniformInterval{HalfWidth: 40}, 0),
		"interval, conditional":         independent(bases.UniformInterval{HalfWidth: 40}, 2),
		"gaussian mixture":              mixture(false, 0),
		"gaussian mixture, conditional": mixture(false, 2),
		"full mixture":                  mixture(true, 0),
		"full mixture, conditional":     mixture(true, 2),
		"full mixture of the defaults":  errtest.Must(bases.NewGaussianMixture(2, bases.GaussianMixtureConfig{Full: true, Dtype: dtype})),
	}
}

// perturb adds noise to every parameter.
func perturb(t *testing.T, b bases.Base) {
	t.Helper()
	rng := rand.New(rand.NewPCG(2, 3))
	for _, p := range b.Params() {
		v := p.Values()
		for i := range v {
			v[i] += 0.4 * rng.NormFloat64()
		}
		if err := p.Set(v); err != nil {
			t.Fatal(err)
		}
	}
}

func normals(n, d int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 7))
	x := mat.NewDense(n, d, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = 1.5 * rng.NormFloat64()
	}
	return x
}

// beside puts the columns of z and those of the context side by side.
func beside(z, context *mat.Dense) *mat.Dense {
	n, d := z.Dims()
	_, c := context.Dims()
	both := mat.NewDense(n, d+c, nil)
	for i := range n {
		copy(both.RawRowView(i), z.RawRowView(i))
		copy(both.RawRowView(i)[d:], context.RawRowView(i))
	}
	return both
}

// density builds log p of rows, which are z and, if the base reads one, its context.
func density(b *graph.Builder, base bases.Base, rows *G.Node) *G.Node {
	if bases.ContextDim(base) == 0 {
		return base.LogProb(b, rows, nil)
	}
	z, context := b.Apart(rows, base.Dim())
	return base.LogProb(b, z, context)
}

func logProb(t *testing.T, base bases.Base, rows *mat.Dense, dtype graph.Dtype) []float64 {
	t.Helper()
	out, err := densityOf(base, dtype).Run(rows)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// densityOf returns a RowFunc of the base's log p.
func densityOf(base bases.Base, dtype graph.Dtype) *graph.RowFunc {
	return graph.NewRowFunc(dtype, base.Dim()+bases.ContextDim(base), func(b *graph.Builder, rows *G.Node) []*G.Node {
		return []*G.Node{density(b, base, rows)}
	})
}

// rowsFor draws random rows, with a context where the base reads one.
func rowsFor(base bases.Base, n int) *mat.Dense {
	return normals(n, base.Dim()+bases.ContextDim(base), 5)
}

// TestBasesAreKept: a base that is made again from its description is the same density, bit for bit, in float32 and float64.
func TestBasesAreKept(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		for name, base := range made(dtype) {
			t.Run(fmt.Sprint(name, " ", dtype), func(t *testing.T) {
				perturb(t, base)
				d, err := bases.Describe(base)
				if err != nil {
					t.Fatal(err)
				}
				specs, err := bases.Specs(d, 2)
				if err != nil {
					t.Fatal(err)
				}
				params := errtest.Must(graph.NewParams(dtype, specs))
				for i, p := range base.Params() {
					if err := params[i].Set(p.Values()); err != nil {
						t.Fatal(err)
					}
				}
				again, err := bases.New(d, 2, params)
				if err != nil {
					t.Fatal(err)
				}
				rows := rowsFor(base, 50)
				if got, want := logProb(t, again, rows, dtype), logProb(t, base, rows, dtype); !slices.Equal(got, want) {
					t.Errorf("log p = %v, want %v", got, want)
				}
				if second := errtest.Must(bases.Describe(again)); string(second.Config) != string(d.Config) || second.Kind != d.Kind {
					t.Errorf("described as %s, before as %s", second.Config, d.Config)
				}
				if wrong, err := bases.Specs(d, 3); err == nil && name == "uniform" {
					t.Errorf("a box of two columns is one of three: %v", wrong)
				}
			})
		}
	}
}

// TestBaseGradients compares the derivatives of log p, in every parameter, column and number of the context, with differences.
func TestBaseGradients(t *testing.T) {
	const h = 1e-6
	for name, base := range made(graph.Float64) {
		t.Run(name, func(t *testing.T) {
			perturb(t, base)
			rows := rowsFor(base, 6)
			n, d := rows.Dims()
			params, f := base.Params(), densityOf(base, graph.Float64)
			total := func() (sum float64) {
				out, err := f.Run(rows)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range out[0] {
					sum += l
				}
				return sum
			}
			var x *G.Node
			var grads []*G.Node
			p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
				x = b.Input("x", n, d)
				wrt := []*G.Node{x}
				for _, p := range params {
					wrt = append(wrt, b.Param(p))
				}
				grads = b.Grad(b.SumLast(density(b, base, x)), wrt...)
				return grads
			})
			if err != nil {
				t.Fatal(err)
			}
			p.Set(x, rows.RawMatrix().Data)
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			check := func(what string, node *G.Node, values []float64, set func()) {
				got := make([]float64, len(values))
				p.Get(node, got)
				for i := range values {
					v := values[i]
					values[i] = v + h
					set()
					up := total()
					values[i] = v - h
					set()
					want := (up - total()) / (2 * h)
					values[i] = v
					set()
					if !(math.Abs(got[i]-want) <= 1e-6*max(1, math.Abs(want))) {
						t.Errorf("%s, number %d: the gradient is %v, differences say %v", what, i, got[i], want)
					}
				}
			}
			check("rows", grads[0], rows.RawMatrix().Data, func() {})
			for i, param := range params {
				values := param.Values()
				check(param.Name, grads[i+1], values, func() { _ = param.Set(values) })
			}
		})
	}
}

// TestBaseReferences compares log p with that of torch.distributions.
func TestBaseReferences(t *testing.T) {
	var file struct {
		Cases []struct {
			Base      string
			Rows      [][]float64
			Params    [][]float64
			LogProb   []float64 `json:"log_prob"`
			Low, High []float64
		}
	}
	raw, err := os.ReadFile("testdata/reference.json")
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		tolerance := map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 2e-5}[dtype]
		for _, c := range file.Cases {
			d := len(c.Rows[0])
			mixture := func(full bool) bases.Base {
				return errtest.Must(bases.NewGaussianMixture(d, bases.GaussianMixtureConfig{Components: len(c.Params[0]), Full: full, Dtype: dtype}))
			}
			independent := func(f bases.Family) bases.Base {
				return errtest.Must(bases.NewIndependent(d, bases.IndependentConfig{Family: f, Dtype: dtype}))
			}
			base := map[string]func() bases.Base{
				"normal":           func() bases.Base { return independent(bases.Normal{}) },
				"student_t":        func() bases.Base { return independent(bases.StudentT{}) },
				"uniform_interval": func() bases.Base { return independent(bases.UniformInterval{}) },
				"uniform": func() bases.Base {
					return errtest.Must(bases.NewUniform(bases.UniformConfig{Low: c.Low, High: c.High}))
				},
				"gaussian_mixture":      func() bases.Base { return mixture(false) },
				"gaussian_mixture_full": func() bases.Base { return mixture(true) },
			}[c.Base]()
			for i, p := range base.Params() {
				if err := p.Set(c.Params[i]); err != nil {
					t.Fatal(err)
				}
			}
			rows := mat.NewDense(len(c.Rows), d, slices.Concat(c.Rows...))
			for i, got := range logProb(t, base, rows, dtype) {
				if !(math.Abs(got-c.LogProb[i]) <= tolerance*max(1, math.Abs(c.LogProb[i]))) {
					t.Errorf("%s, %s: log p of row %d = %v, torch says %v", c.Base, dtype, i, got, c.LogProb[i])
				}
			}
		}
	}
}

// TestUniformOutside: log p is −Inf outside of the box, finite on its faces, and NaN at NaN.
func TestUniformOutside(t *testing.T) {
	base := errtest.Must(bases.NewUniform(bases.UniformConfig{Low: []float64{0.1, -1}, High: []float64{0.3, 1}}))
	rows := mat.NewDense(7, 2, []float64{0.1, -1, 0.3, 1, 0.2, 0, math.Nextafter(0.3, 1), 0, 0.2, -1.0000001, math.Inf(1), 0, math.NaN(), 0})
	for i, got := range logProb(t, base, rows, graph.Float64) {
		want := -math.Log(0.4)
		switch {
		case i == 6:
			if !math.IsNaN(got) {
				t.Errorf("log p of NaN = %v", got)
			}
			continue
		case i > 2:
			want = math.Inf(-1)
		}
		if got != want && !(math.Abs(got-want) <= 1e-15) {
			t.Errorf("log p of row %d = %v, want %v", i, got, want)
		}
	}
}

// TestUniformKeepsItsBox: a box stays where it is if the caller goes on to use the slices that describe it.
func TestUniformKeepsItsBox(t *testing.T) {
	c := bases.UniformConfig{Low: []float64{0, 1}, High: []float64{3, 4}}
	base := errtest.Must(bases.NewUniform(c))
	for _, of := range [][]float64{c.Low, c.High, base.Config().Low, base.Config().High} {
		clear(of)
	}
	if got, want := base.Config(), (bases.UniformConfig{Low: []float64{0, 1}, High: []float64{3, 4}}); !reflect.DeepEqual(got, want) {
		t.Errorf("the box is %v, want %v as it was made", got, want)
	}
}

// TestBadBases: an invalid base is an error that says where, what, got and want.
func TestBadBases(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	uniform := func(low, high []float64) error {
		_, err := bases.NewUniform(bases.UniformConfig{Low: low, High: high})
		return err
	}
	family := func(f bases.Family) error {
		_, err := bases.NewIndependent(2, bases.IndependentConfig{Family: f})
		return err
	}
	mixture := func(dim int, c bases.GaussianMixtureConfig) error {
		_, err := bases.NewGaussianMixture(dim, c)
		return err
	}
	sampled := func(b bases.Base, n int, context mat.Matrix, rng *rand.Rand) error {
		_, err := b.Sample(n, context, rng)
		return err
	}
	conditional := made(graph.Float64)["full mixture, conditional"]
	for name, c := range map[string]struct {
		err   error
		words string
	}{
		"no box":              {uniform(nil, nil), "0 numbers in Low and 0 in High"},
		"another width":       {uniform([]float64{0}, []float64{1, 2}), "1 numbers in Low and 2"},
		"half an interval":    {family(bases.UniformInterval{HalfWidth: -2}), "HalfWidth = -2, want a positive number"},
		"an endless interval": {family(bases.UniformInterval{HalfWidth: math.Inf(1)}), "HalfWidth = +Inf"},
		"upside down":         {uniform([]float64{0, 2}, []float64{1, 2}), "column 1 (from 0): Low = 2, High = 2"},
		"NaN":                 {uniform([]float64{math.NaN()}, []float64{1}), "Low = NaN"},
		"endless":             {uniform([]float64{-math.MaxFloat64}, []float64{math.MaxFloat64}), "finite number apart"},
		"made of none":        {family(struct{ bases.Family }{}), "panics"},
		"no columns":          {mixture(0, bases.GaussianMixtureConfig{}), "dim = 0"},
		"fewer than none":     {mixture(2, bases.GaussianMixtureConfig{Components: -1}), "Components = -1"},
		"too many":            {mixture(2, bases.GaussianMixtureConfig{Components: 1 << 30}), "Components = 1073741824"},
		"full, wide":          {mixture(300, bases.GaussianMixtureConfig{Full: true}), "300 columns, want at most 256"},
		"context":             {mixture(2, bases.GaussianMixtureConfig{Context: -3}), "Context = -3"},
		"nothing to read":     {mixture(2, bases.GaussianMixtureConfig{Conditioner: layers.MLPConfig{}.New}), "got a Conditioner and Context = 0, want none"},
		"dtype":               {mixture(2, bases.GaussianMixtureConfig{Dtype: "float8"}), "float8"},
		"no rows":             {sampled(made(graph.Float64)["uniform"], 0, nil, rng), "n = 0"},
		"no generator":        {sampled(made(graph.Float64)["full mixture"], 1, nil, nil), "rng is nil"},
		"no context":          {sampled(conditional, 3, nil, rng), "the context"},
		"a context too short": {sampled(conditional, 3, mat.NewDense(2, 2, nil), rng), "2 rows, want 3"},
		"a NaN context":       {sampled(conditional, 1, mat.NewDense(1, 2, []float64{0, math.NaN()}), rng), "NaN"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.words) {
			t.Errorf("%s: got %v, want an error with %q", name, c.err, c.words)
		}
	}
}
