package flows_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
)

// logistic is a user's own base with a setting and a parameter: d numbers u = (z − shift·c)/scale of the logistic density
// e^u/(1 + e^u)²/scale. c is the one number of context, or 1 if there is none.
type logistic struct {
	shift  *graph.Param
	config logisticConfig
}

type logisticConfig struct {
	Scale   float64 `json:"scale"`
	Context bool    `json:"context,omitempty"`
}

func logisticSpecs(dim int, c logisticConfig) ([]graph.ParamSpec, error) {
	if !(c.Scale > 0) {
		return nil, errors.New("scale is not positive")
	}
	return []graph.ParamSpec{{Name: "shift", Shape: []int{1, dim}}}, nil
}

func newLogistic(_ int, c logisticConfig, params []*graph.Param) (*logistic, error) {
	return &logistic{params[0], c}, nil
}

func (l *logistic) Config() logisticConfig { return l.config }
func (l *logistic) Dim() int               { return l.shift.Size() }
func (l *logistic) Params() []*graph.Param { return []*graph.Param{l.shift} }

func (l *logistic) ContextDim() int {
	if l.config.Context {
		return 1
	}
	return 0
}

func (l *logistic) LogProb(b *graph.Builder, z, context *G.Node) *G.Node {
	shift := b.Reshape(b.Param(l.shift), l.Dim())
	if l.config.Context {
		shift = b.MatMul(context, b.Param(l.shift))
	}
	u := b.Scale(b.Sub(z, shift), 1/l.config.Scale)
	return b.SumLast(b.Shift(b.Sub(u, b.Scale(b.Softplus(u), 2)), -math.Log(l.config.Scale)))
}

func (l *logistic) Sample(n int, context mat.Matrix, rng *rand.Rand) (*mat.Dense, error) {
	z := mat.NewDense(n, l.Dim(), nil)
	z.Apply(func(i, j int, _ float64) float64 {
		c := 1.0
		if l.config.Context {
			c = context.At(i, 0)
		}
		return distuv.Logistic{Mu: c * l.shift.Values()[j], S: l.config.Scale}.Quantile(rng.Float64())
	}, z)
	return z, nil
}

// unlucky is a logistic whose constructor fails in a way that the setting Scale chooses.
type unlucky struct{ logistic }

func newUnlucky(dim int, c logisticConfig, params []*graph.Param) (*unlucky, error) {
	switch c.Scale {
	case 1:
		return nil, nil
	case 2:
		return nil, errors.New("no luck")
	case 3:
		panic("help")
	case 4:
		params = []*graph.Param{graph.NewParam("shift", graph.Float64, 1, dim+1)}
	}
	return &unlucky{logistic{params[0], c}}, nil
}

var registeredBases = errors.Join(
	bases.Register("flows_test.logistic", logisticSpecs, newLogistic),
	bases.Register("flows_test.unlucky", logisticSpecs, newUnlucky),
)

// TestOwnBaseIsKept: a user's own base is unchanged after Save and Load: trained, frozen, with a context, and with a
// parameter that it shares with a layer; log p is that of the density.
func TestOwnBaseIsKept(t *testing.T) {
	errtest.None(t, registeredBases)
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		for name, c := range map[string]struct{ context, frozen, tied bool }{
			"alone": {}, "of a context": {context: true}, "frozen": {frozen: true}, "tied": {tied: true},
		} {
			t.Run(string(dtype)+" "+name, func(t *testing.T) {
				base := &logistic{graph.NewParam("shift", dtype, 1, 2), logisticConfig{Scale: 0.7, Context: c.context}}
				var l layers.Bijector = errtest.Must(layers.NewAffine(2, layers.AffineConfig{Dtype: dtype}))
				if c.tied {
					h := errtest.Must(layers.NewHouseholder(2, layers.HouseholderConfig{Reflectors: 1, Dtype: dtype}))
					l, base.shift = h, h.Params()[0]
				}
				f, err := flows.NewWithBase(base, flows.Named{Name: "it", Layer: l})
				errtest.None(t, err)
				perturbFlow(t, f)
				base.shift.Trainable = !c.frozen
				before := base.shift.Values()
				rows := mat.Matrix(randomData("blobs", 200, 2, 1))
				if c.context {
					rows = flows.Given(rows, randomData("blobs", 200, 1, 2))
				}
				errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.01}}))
				_, err = f.Fit(context.Background(), rows, train.FitConfig{Epochs: 2, BatchSize: 50})
				errtest.None(t, err)
				if stayed := base.shift.Values()[0] == before[0]; stayed != c.frozen {
					t.Errorf("the base's parameter stayed as it was: %v", stayed)
				}

				file := saved(t, f)
				g, err := flows.LoadFrom(bytes.NewReader(file))
				errtest.None(t, err)
				if d := maxDifference(logProb(t, g, rows), logProb(t, f, rows)); d > 0 {
					t.Errorf("log p differs by %g after Save and Load", d)
				}
				if got, want := len(g.Params()), len(f.Params()); got != want {
					t.Errorf("got %d parameters, want %d", got, want)
				}
				kept, ok := g.Base().(*logistic)
				if !ok || kept.config != base.config || kept.shift.Trainable == c.frozen {
					t.Errorf("the base is read as %+v", g.Base())
				}
				if again := saved(t, g); !bytes.Equal(again, file) {
					t.Error("a second Save writes another file")
				}
			})
		}
	}
}

// TestOwnBaseIsADensity: log p and the samples of a flow are those of the user's own base that it was given.
func TestOwnBaseIsADensity(t *testing.T) {
	base := &logistic{graph.NewParam("shift", graph.Float64, 1, 2), logisticConfig{Scale: 0.7}}
	errtest.None(t, base.shift.Set([]float64{1, -2}))
	f, err := flows.NewWithBase(base, flows.Named{Name: "identity", Layer: affine(t, 2)})
	errtest.None(t, err)
	x, lp, err := f.SampleAndLogProb(5000, rand.New(rand.NewPCG(1, 1)))
	errtest.None(t, err)
	sums := []float64{0, 0}
	for i := range 5000 {
		want := 0.0
		for j, mu := range []float64{1, -2} {
			u := (x.At(i, j) - mu) / 0.7 // written out, because gonum's Logistic.LogProb leaves out location and scale
			want -= u + 2*math.Log1p(math.Exp(-u)) + math.Log(0.7)
			sums[j] += x.At(i, j) / 5000
		}
		if !(math.Abs(lp[i]-want) <= 1e-12*max(1, math.Abs(want))) {
			t.Fatalf("log p of sample %d = %v, the formula says %v", i, lp[i], want)
		}
	}
	if !(math.Abs(sums[0]-1) <= 0.1) || !(math.Abs(sums[1]+2) <= 0.1) {
		t.Errorf("the samples have the means %.2f, want about 1 and −2", sums)
	}
}

// TestOwnBaseGoesWrong: if a registered function fails, panics, or returns nil or another type, Load returns an error that
// names the base.
func TestOwnBaseGoesWrong(t *testing.T) {
	errtest.None(t, registeredBases)
	base := &unlucky{logistic{graph.NewParam("shift", graph.Float64, 1, 2), logisticConfig{Scale: 5}}}
	f, err := flows.NewWithBase(base, flows.Named{Name: "it", Layer: affine(t, 2)})
	errtest.None(t, err)
	for scale, words := range map[float64][]string{
		-1: {"scale is not positive"}, 1: {"nil"}, 2: {"no luck"}, 3: {"panic", "help"}, 4: {"the base has 3 columns"},
	} {
		base.config.Scale = scale
		if scale < 0 {
			errtest.Says(t, f.SaveTo(&bytes.Buffer{}), append(words, "flows_test.unlucky")...)
			continue
		}
		_, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
		errtest.Says(t, err, append(words, "base")...)
		if !strings.Contains(err.Error(), "flows_test.unlucky") && scale != 4 {
			t.Errorf("%v does not name the base", err)
		}
	}
}
