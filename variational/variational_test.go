package variational_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/train"
	"gaussflow/transforms"
	"gaussflow/variational"
)

// column is column j of x as a vector.
func column(b *graph.Builder, x *G.Node, j int) *G.Node {
	return b.Reshape(b.Columns(x, j, 1), graph.Rows(x))
}

// banana is x₀ ~ N(0, 2²), x₁ | x₀ ~ N(½x₀² − 2, 1).
func banana(b *graph.Builder, x *G.Node) *G.Node {
	x0, x1 := column(b, x, 0), column(b, x, 1)
	bent := b.Sub(x1, b.Shift(b.Scale(b.Mul(x0, x0), 0.5), -2))
	return b.Shift(b.Add(b.LogPDF(b.Scale(x0, 0.5)), b.LogPDF(bent)), -math.Log(2))
}

// funnel is Neal's in two dimensions: x₀ ~ N(0, 1.5²), x₁ | x₀ ~ N(0, e^x₀).
func funnel(b *graph.Builder, x *G.Node) *G.Node {
	x0, x1 := column(b, x, 0), column(b, x, 1)
	half := b.Scale(x0, 0.5)
	narrow := b.Sub(b.LogPDF(b.Mul(x1, b.Exp(b.Scale(half, -1)))), half)
	return b.Shift(b.Add(b.LogPDF(b.Scale(x0, 1/1.5)), narrow), -math.Log(1.5))
}

// ringCentres are the modes of the ring.
func ringCentres() *mat.Dense {
	c := mat.NewDense(8, 2, nil)
	for k := range 8 {
		c.SetRow(k, []float64{4 * math.Cos(float64(k)*math.Pi/4), 4 * math.Sin(float64(k)*math.Pi/4)})
	}
	return c
}

// ring is the sum, not the mean, of eight normal densities of spread 0.4 on a circle: Z = 8.
func ring(b *graph.Builder, x *G.Node) *G.Node {
	var modes []*G.Node
	for k := range 8 {
		centre := graph.NewParam(fmt.Sprintf("centre%d", k), b.Dtype(), 2)
		centre.Trainable = false
		b.Fail(centre.Set(ringCentres().RawRowView(k)))
		t := b.Scale(b.Sub(x, b.Param(centre)), 1/0.4)
		modes = append(modes, b.Reshape(b.LogNormal(t), graph.Rows(x), 1))
	}
	all := modes[0]
	for _, m := range modes[1:] {
		all = b.Beside(all, m)
	}
	return b.Shift(b.LogSumExp(all), -2*math.Log(0.4))
}

// affineFlow is RealNVP in two dimensions with an affine map first.
func affineFlow(blocks int, seed uint64, dtype graph.Dtype) *flows.Flow {
	var named []flows.Named
	for i := range blocks {
		for j, mask := range []layers.Mask{{true, false}, {false, true}} {
			named = append(named, flows.Named{Name: fmt.Sprintf("block%d.%d", i, j), Layer: errtest.Must(layers.NewCoupling(2, layers.CouplingConfig{
				Mask: mask, Transform: transforms.Affine{},
				Conditioner: layers.MLPConfig{Hidden: []int{16, 16}, Activation: graph.Silu, Seed: seed + uint64(2*i+j), Dtype: dtype}.New}))})
		}
	}
	named = append(named, flows.Named{Name: "affine", Layer: errtest.Must(layers.NewAffine(2, layers.AffineConfig{Dtype: dtype}))})
	return errtest.Must(flows.New(named...))
}

func approximate(t testing.TB, f *flows.Flow, target variational.LogDensity, path bool, steps int) *variational.Approximation {
	t.Helper()
	q, err := variational.New(f, target, variational.Config{PathDerivative: path, Train: train.Config{
		Schedule: train.Cosine{Peak: 0.01, Floor: 1e-5, WarmupSteps: 20, DecaySteps: steps}, Clip: train.Clip{GlobalNorm: 20}}})
	errtest.None(t, err)
	_, err = q.Fit(context.Background(), 10*256, train.FitConfig{Epochs: steps / 10, BatchSize: 256, Seed: 1})
	errtest.None(t, err)
	return q
}

// TestReverseKL: a flow fitted to a banana and to a funnel is within 0.01 nats of them, which is computed from the densities themselves.
// Its own importance weights agree: nearly all samples are effective, and the estimate of log Z is 0.
func TestReverseKL(t *testing.T) {
	const n = 10_000
	for name, c := range map[string]struct {
		target variational.LogDensity
		path   bool
		steps  int
		dtype  graph.Dtype
	}{
		"banana":          {banana, true, 800, graph.Float64},
		"funnel":          {funnel, true, 120, graph.Float32},
		"funnel, plainly": {funnel, false, 300, graph.Float64},
	} {
		t.Run(name, func(t *testing.T) {
			q := approximate(t, affineFlow(2, 1, c.dtype), c.target, c.path, c.steps)
			w, err := q.Weigh(n, rand.New(rand.NewPCG(1, 2)))
			errtest.None(t, err)
			kl := 0.0 // Z is 1
			for _, l := range w.LogWeights {
				kl -= l / n
			}
			logZ, se := w.LogZ()
			t.Logf("KL = %.5f nats, ESS %.0f of %d, log Z = %.4f ± %.4f", kl, w.ESS(), n, logZ, se)
			if !(math.Abs(kl) <= 0.01) || !(math.Abs(w.KL()) <= 0.01) {
				t.Errorf("KL = %.4f nats, by its own Z %.4f, want at most 0.01", kl, w.KL())
			}
			if !(w.ESS() >= 0.9*n) || !(math.Abs(logZ) <= 0.01) {
				t.Errorf("of %d samples %.0f are effective, log Z = %.4f ± %.4f, want nine tenths and 0", n, w.ESS(), logZ, se)
			}
		})
	}
}

// TestMissedModes: a flow fitted to a ring of eight modes finds only some of them. Its importance weights show this in one number alone:
// their Z is how many modes it has found. Given the places of all eight, Missed names those that none of its samples is near.
func TestMissedModes(t *testing.T) {
	const n = 5000
	q := approximate(t, affineFlow(2, 1, graph.Float64), ring, true, 500)
	w, err := q.Weigh(n, rand.New(rand.NewPCG(1, 2)))
	errtest.None(t, err)
	centres := ringCentres()
	var share [8]float64
	for i := range n {
		nearest, least := 0, math.Inf(1)
		for k := range 8 {
			if d := math.Hypot(w.X.At(i, 0)-centres.At(k, 0), w.X.At(i, 1)-centres.At(k, 1)); d < least {
				nearest, least = k, d
			}
		}
		share[nearest] += 1. / n
	}
	var want []int
	for k, s := range share {
		if s < 0.01 {
			want = append(want, k)
		}
	}
	missed, err := q.Missed(centres, w, 0.05)
	errtest.None(t, err)
	logZ, se := w.LogZ()
	t.Logf("missed %v, shares %.3f, Z = %.3f ± %.3f", missed, share, math.Exp(logZ), math.Exp(logZ)*se)
	if !slices.Equal(missed, want) || len(missed) == 0 || len(missed) == 8 {
		t.Errorf("missed %v, want those without samples, %v", missed, want)
	}
	if found := float64(8 - len(missed)); !(math.Abs(math.Exp(logZ)-found) <= 0.25*found) {
		t.Errorf("Z = %.3f, want about %v, one of each mode that was found", math.Exp(logZ), found)
	}
}

// TestStickingTheLanding: where the flow q equals its target p, the path-derivative gradient is zero for every sample, so the parameters
// do not move. The total gradient is zero only in the mean over samples, so with it they do.
func TestStickingTheLanding(t *testing.T) {
	for _, path := range []bool{true, false} {
		f, p := affineFlow(1, 3, graph.Float64), affineFlow(1, 3, graph.Float64)
		for i, param := range f.Params() {
			v := param.Values()
			for j := range v {
				v[j] += 0.1 * math.Sin(float64(i+3*j))
			}
			errtest.None(t, param.Set(v))
			errtest.None(t, p.Params()[i].Set(v))
			p.Params()[i].Trainable = false
		}
		itself := func(b *graph.Builder, x *G.Node) *G.Node {
			_, logP := p.LogProbNodes(b, x, nil)
			return logP
		}
		q, err := variational.New(f, itself, variational.Config{PathDerivative: path, Train: train.Config{Optimizer: train.SGD{LearningRate: 0.1}}})
		errtest.None(t, err)
		h, err := q.Fit(context.Background(), 64, train.FitConfig{BatchSize: 32, Epochs: 2})
		errtest.None(t, err)
		if !(math.Abs(h.Loss[0]) <= 1e-12) == path {
			t.Errorf("path derivative %v: the divergence is %g", path, h.Loss[0])
		}
		moved := 0.0
		for i, param := range f.Params() {
			for j, v := range param.Values() {
				moved = max(moved, math.Abs(v-p.Params()[i].Values()[j]))
			}
		}
		if path && !(moved <= 1e-13) || !path && !(moved > 1e-3) {
			t.Errorf("path derivative %v: the parameters moved by %g", path, moved)
		}
	}
}

// TestPosterior fits a flow to a log-likelihood plus a log-prior: the mean of normal data of known spread, whose posterior and evidence
// have formulas. Importance-weighted means agree with them, even where the flow itself is not exact.
func TestPosterior(t *testing.T) {
	data := []float64{1.2, 0.7, 2.9, 1.6, 0.1}
	sum, squares, n := 0.0, 0.0, float64(len(data))
	for _, v := range data {
		sum, squares = sum+v, squares+v*v
	}
	posterior := func(b *graph.Builder, x *G.Node) *G.Node {
		mu := column(b, x, 0)
		terms := []*G.Node{b.LogPDF(mu)}
		for _, v := range data {
			terms = append(terms, b.LogPDF(b.Shift(mu, -v)))
		}
		return b.Sum(terms...)
	}
	l, err := layers.NewAffine(1, layers.AffineConfig{})
	errtest.None(t, err)
	q := approximate(t, errtest.Must(flows.New(flows.Named{Name: "affine", Layer: l})), posterior, true, 60)
	w, err := q.Weigh(4000, rand.New(rand.NewPCG(4, 4)))
	errtest.None(t, err)
	mean := 0.0
	for i, weight := range w.Weights() {
		mean += weight * w.X.At(i, 0)
	}
	if want := sum / (n + 1); !(math.Abs(mean-want) <= 0.03) {
		t.Errorf("the posterior mean is %.4f, want %.4f", mean, want)
	}
	logZ, se := w.LogZ()
	want := -n/2*math.Log(2*math.Pi) - math.Log(n+1)/2 - (squares-sum*sum/(n+1))/2
	if !(math.Abs(logZ-want) <= 4*se+1e-9) {
		t.Errorf("log Z = %.4f ± %.4f, want %.4f", logZ, se, want)
	}
}

// TestSameSeedSameFit: fits with one seed are equal bit for bit, also if one of them was interrupted and went on from a checkpoint.
func TestSameSeedSameFit(t *testing.T) {
	fit := func(path string, epochs int, seed uint64) ([][]float64, *train.History) {
		f := affineFlow(1, 2, graph.Float64)
		q := errtest.Must(variational.New(f, banana, variational.Config{}))
		h, err := q.Fit(context.Background(), 200, train.FitConfig{Epochs: epochs, BatchSize: 64, Seed: seed, Workers: 2,
			Checkpoint: train.Checkpoint{Path: path, Resume: true}, ValidationData: errtest.Must(f.Base().Sample(50, nil, rand.New(rand.NewPCG(9, 9)))),
			Callbacks: []train.Callback{&train.EarlyStopping{Patience: 9, RestoreBest: true}}})
		errtest.None(t, err)
		if f.Metadata.Training == nil || f.Metadata.Training.History != h {
			t.Error("Metadata.Training is not of this fit")
		}
		var values [][]float64
		for _, p := range f.Params() {
			values = append(values, p.Values())
		}
		return values, h
	}
	dir := t.TempDir()
	want, h := fit(dir+"/whole", 4, 7)
	fit(dir+"/parts", 2, 7)
	got, again := fit(dir+"/parts", 4, 7)
	if !slices.EqualFunc(got, want, slices.Equal) || !slices.Equal(again.Loss, h.Loss) || !slices.Equal(again.ValLoss, h.ValLoss) {
		t.Errorf("a fit that went on gives losses %v, want %v", again.Loss, h.Loss)
	}
	if other, _ := fit(dir+"/other", 4, 8); slices.EqualFunc(other, want, slices.Equal) {
		t.Error("another seed gives the same parameters")
	}
	q := errtest.Must(variational.New(affineFlow(1, 2, graph.Float64), banana, variational.Config{}))
	_, err := q.Fit(context.Background(), 200, train.FitConfig{Epochs: 4, BatchSize: 64, Seed: 8, Workers: 2, Checkpoint: train.Checkpoint{Path: dir + "/whole", Resume: true}})
	if err == nil || !strings.Contains(err.Error(), "another fit") {
		t.Errorf("resumed with another seed: %v", err)
	}
}

// TestBad: a target that cannot be approximated, or a setting that cannot be used for it, is an error that says why.
func TestBad(t *testing.T) {
	f := func() *flows.Flow { return affineFlow(1, 1, graph.Float64) }
	made := func(f *flows.Flow, target variational.LogDensity, c variational.Config) error {
		_, err := variational.New(f, target, c)
		return err
	}
	student := errtest.Must(flows.NewWithBase(errtest.Must(bases.NewIndependent(2, bases.IndependentConfig{Family: bases.StudentT{}})),
		flows.Named{Name: "a", Layer: errtest.Must(layers.NewAffine(2, layers.AffineConfig{}))}))
	conditional := errtest.Must(flows.New(flows.Named{Name: "a", Layer: errtest.Must(layers.NewElementwise(2, layers.ElementwiseConfig{
		Transform: transforms.Affine{}, Context: 3}))}))
	q := errtest.Must(variational.New(f(), banana, variational.Config{}))
	fit := func(samples int, c train.FitConfig) error {
		_, err := q.Fit(context.Background(), samples, c)
		return err
	}
	nan := func(b *graph.Builder, x *G.Node) *G.Node { return b.Log(b.Shift(banana(b, x), -1e9)) }
	wild := errtest.Must(variational.New(f(), nan, variational.Config{}))
	var none *variational.Approximation
	weigh := func(q *variational.Approximation, n int) error {
		_, err := q.Weigh(n, rand.New(rand.NewPCG(1, 1)))
		return err
	}
	missed := func(x mat.Matrix, w variational.Weighted, share float64) error {
		_, err := q.Missed(x, w, share)
		return err
	}
	_, wildFit := wild.Fit(context.Background(), 10, train.FitConfig{})
	for name, c := range map[string]struct {
		err   error
		words []string
	}{
		"no flow":          {made(nil, banana, variational.Config{}), []string{"not built"}},
		"no target":        {made(f(), nil, variational.Config{}), []string{"target is nil"}},
		"a context":        {made(conditional, banana, variational.Config{}), []string{"context of 3"}},
		"a loss":           {made(f(), banana, variational.Config{Train: train.Config{Loss: loss{}}}), []string{"Train.Loss is mine"}},
		"a trained base":   {made(student, banana, variational.Config{}), []string{"independent", `"mean"`, "Trainable false"}},
		"nothing built":    {made(f(), func(*graph.Builder, *G.Node) *G.Node { return nil }, variational.Config{}), []string{"the target", "one number a row"}},
		"a matrix":         {made(f(), func(_ *graph.Builder, x *G.Node) *G.Node { return x }, variational.Config{}), []string{"the target", "one number a row"}},
		"a panic":          {made(f(), func(*graph.Builder, *G.Node) *G.Node { panic("oh") }, variational.Config{}), []string{"the target", "oh"}},
		"rate":             {made(f(), banana, variational.Config{Train: train.Config{Optimizer: train.Adam{LearningRate: -1}}}), []string{"LearningRate"}},
		"no samples":       {fit(0, train.FitConfig{}), []string{"samples = 0"}},
		"a split":          {fit(10, train.FitConfig{ValidationSplit: 1.5}), []string{"ValidationSplit"}},
		"no number":        {wildFit, []string{"epoch 0"}},
		"not made":         {weigh(none, 1), []string{"not made"}},
		"none drawn":       {weigh(q, 0), []string{"n = 0"}},
		"no number, drawn": {weigh(wild, 5), []string{"the target is NaN at row 0"}},
		"another width":    {missed(mat.NewDense(1, 3, nil), variational.Weighted{}, 0.1), []string{"3"}},
		"share":            {missed(mat.NewDense(1, 2, nil), variational.Weighted{}, 2), []string{"share = 2"}},
		"no weights":       {missed(mat.NewDense(1, 2, nil), variational.Weighted{}, 0.1), []string{"0 weights"}},
	} {
		for _, word := range c.words {
			if c.err == nil || !strings.Contains(c.err.Error(), word) {
				t.Errorf("%s: got %v, want an error with %q", name, c.err, word)
			}
		}
	}
}

// loss is a loss that the caller has written.
type loss struct{ losses.NLL }

func (loss) Name() string { return "mine" }
