package info

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// A target is a column where others are known: its scores, standard normal if the elliptical copula is right, and those columns of a matrix of
// normal scores.
type target struct {
	score []float64
	known []int
}

// A conditional is a density q(e | z) of a target's score e: the mean of some mixtures of three normals, each with parameters that a network
// reads off the scores z of known columns. Without any it is a normal.
type conditional struct {
	inputs  []int
	members []*flows.Flow
	rows    int // that it was fitted to
}

// What all fits of conditionals to a sample may take: of more than so many targets each is one flow and not the mean of three, and the rows that a
// flow is fitted to are no more than make so many in all fits.
const (
	averaged   = 3
	mostMeans  = 32
	mostFitted = 1 << 20
	leastRows  = 40 // for a conditional: fewer say nothing of one
	mostInputs = mostTriples
)

// membersOf is how many flows are averaged for each of some targets.
func membersOf(targets int) int {
	if targets > mostMeans {
		return 1
	}
	return averaged
}

// A view is the rows that conditionals are fitted to.
type view struct {
	rows     []int
	z        *mat.Dense // their normal scores, rows×d
	features *mat.Dense // and the Hermite polynomials of these, rows×d·orders; nil where no target has too many known columns
}

// viewOf is of the first of some rows, as many as the fits of all targets in so many folds may have.
func viewOf(z *mat.Dense, rows []int, targets []target, folds int) view {
	fits := len(targets) * folds * membersOf(len(targets))
	v := view{rows: rows[:min(len(rows), max(mostFitted/fits, leastRows))]}
	v.z = rowsAt(z, v.rows)
	if !slices.ContainsFunc(targets, func(t target) bool { return len(t.known) > mostInputs }) {
		return v
	}
	n, d := v.z.Dims()
	v.features = mat.NewDense(n, d*orders, nil)
	for i := range n {
		to := v.features.RawRowView(i)
		for j, x := range v.z.RawRowView(i) {
			h := hermite(x)
			copy(to[j*orders:], h[:orders])
		}
	}
	return v
}

// inputs are the known columns of a target that a conditional reads: all where they are few, else those whose pair with it is dependent by the T
// of IndependenceTest, at a level of 5 % in all, and of these the most dependent.
func (v view) inputs(t target, score *mat.Dense) []int {
	if len(t.known) <= mostInputs {
		return t.known
	}
	n, _ := score.Dims()
	of := mat.NewDense(n, orders, nil)
	for i := range n {
		h := hermite(score.At(i, 0))
		of.SetRow(i, h[:orders])
	}
	var products mat.Dense
	products.Mul(of.T(), v.features)
	share := func(j int) (sum float64) {
		for a := range orders {
			for _, p := range products.RawRowView(a)[j*orders : (j+1)*orders] {
				sum += p * p / float64(n)
			}
		}
		return sum
	}
	beyond := pairQuantile(0.05 / float64(len(t.known)))
	some := slices.DeleteFunc(slices.Clone(t.known), func(j int) bool { return share(j) <= beyond })
	slices.SortStableFunc(some, func(a, b int) int { return cmp.Compare(share(b), share(a)) })
	return some[:min(len(some), mostInputs)]
}

// fitConditional fits the members to the rows of a view, each validated on others of them.
func (s *Sample) fitConditional(t target, v view, members int) (*conditional, error) {
	c := &conditional{rows: len(v.rows)}
	if c.rows < leastRows {
		return c, nil
	}
	score := mat.NewDense(c.rows, 1, nil)
	for to, i := range v.rows {
		score.Set(to, 0, t.score[i])
	}
	if c.inputs = v.inputs(t, score); len(c.inputs) == 0 {
		return c, nil
	}
	known := columnsAt(v.z, c.inputs)
	for m := range members {
		turned := make([]int, c.rows)
		for i := range turned {
			turned[i] = (i + m*c.rows/members) % c.rows
		}
		flow, err := s.fitMixture(flows.Given(rowsAt(score, turned), rowsAt(known, turned)), len(c.inputs), s.config.Seed+uint64(m))
		if err != nil {
			return nil, err
		}
		c.members = append(c.members, flow)
	}
	return c, nil
}

// fitMixture is a flow of one number that is given others: it starts as a mixture that does not depend on them.
func (s *Sample) fitMixture(rows mat.Matrix, inputs int, seed uint64) (*flows.Flow, error) {
	layer, err := layers.NewElementwise(1, layers.ElementwiseConfig{
		Transform: transforms.GaussianMixtureCDF{Components: 3, Clamp: initializers.DefaultScaleClamp}, Context: inputs,
		Conditioner: layers.MLPConfig{Hidden: []int{32, 32}, Seed: seed, Dtype: graph.Float32}.New})
	if err != nil {
		return nil, err
	}
	flow, err := flows.New(flows.Named{Name: "conditional", Layer: layer})
	if err != nil {
		return nil, err
	}
	if _, err = flow.InitFrom(rows, initializers.IGConfig{Interrupt: s.config.Interrupt}); err != nil {
		return nil, err
	}
	if err = flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 1e-2}}); err != nil {
		return nil, err
	}
	ctx := s.config.Interrupt
	if ctx == nil {
		ctx = context.Background()
	}
	_, err = flow.Fit(ctx, rows, train.FitConfig{Epochs: 100, BatchSize: 128, ValidationSplit: 0.15, Seed: seed, Workers: 1,
		Callbacks: []train.Callback{&train.EarlyStopping{Patience: 10, RestoreBest: true}}})
	return flow, err
}

// gain is log q(e | z) − log φ(e) at some rows of a target's scores and the normal scores z.
func (c *conditional) gain(score []float64, z *mat.Dense, rows []int) ([]float64, error) {
	if len(c.members) == 0 {
		return make([]float64, len(rows)), nil
	}
	own := mat.NewDense(len(rows), 1, nil)
	for to, i := range rows {
		own.Set(to, 0, score[i])
	}
	given := flows.Given(own, columnsAt(rowsAt(z, rows), c.inputs))
	logProb, each := make([]float64, len(rows)), make([][]float64, len(c.members))
	for m, flow := range c.members {
		var err error
		if each[m], err = flow.LogProb(given); err != nil {
			return nil, err
		}
	}
	terms := make([]float64, len(c.members))
	for i := range logProb {
		for m := range each {
			terms[m] = each[m][i]
		}
		logProb[i] = floats.LogSumExp(terms) - math.Log(float64(len(terms)))
	}
	return overNormal(logProb, own, c.rows), nil
}

func columnsAt(x *mat.Dense, at []int) *mat.Dense {
	n, _ := x.Dims()
	some := mat.NewDense(n, len(at), nil)
	for i := range n {
		from, to := x.RawRowView(i), some.RawRowView(i)
		for k, j := range at {
			to[k] = from[j]
		}
	}
	return some
}

// gained is the sum over targets of log q(e | z) − log φ(e) at the rows of normal scores z (n×d), q fitted to the rows of other folds.
func (s *Sample) gained(z *mat.Dense, targets []target) ([]float64, error) {
	folds, members := s.folds(), membersOf(len(targets))
	views := make([]view, len(folds))
	for k, f := range folds {
		views[k] = viewOf(z, f.others, targets, len(folds))
	}
	each := make([][]float64, len(targets)*len(folds))
	err := initializers.EachColumn(len(each), func(at int) error {
		if err := s.config.ended(); err != nil {
			return err
		}
		t, k := targets[at/len(folds)], at%len(folds)
		c, err := s.fitConditional(t, views[k], members)
		if err != nil {
			return err
		}
		each[at], err = c.gain(t.score, z, folds[k].own)
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := make([]float64, s.n)
	for at, gains := range each {
		for to, i := range folds[at%len(folds)].own {
			sum[i] += gains[to]
		}
	}
	return sum, nil
}
