package info

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/rbig"
	"gaussflow/train"
)

// rbigConfig is how RBIG is fitted to what a copula leaves.
func (s *Sample) rbigConfig() rbig.Config {
	return rbig.Config{Rotation: rbig.Alternating, Marginal: rbig.Kernel, Sparse: true, Blocks: 40, Patience: 4, Seed: s.config.Seed, Interrupt: s.config.Interrupt}
}

// bySums adds what the blocks of RBIG lose, and how that scatters.
func (s *Sample) bySums(p points, w *mat.Dense) (points, error) {
	fit, err := rbig.FitRows(w, s.rbigConfig())
	if err != nil {
		return points{}, err
	}
	loss, noise := fit.TotalCorrelation()
	return p.plus(1, points{row: make([]float64, s.n), bias: -loss, noise: noise * noise}), nil
}

// overNormal is log q(w) − log φ(w) at rows of log-density logProb, q mixed with the normal φ at the weight of one row of those it was fitted to:
// a row that the flow throws far out is then as unlikely as that and no more, where it would decide the mean alone.
func overNormal(logProb []float64, w *mat.Dense, fitted int) []float64 {
	weight := 1 / float64(fitted+1)
	gain := make([]float64, len(logProb))
	for i, base := range logNormal(w) {
		over := math.Log1p(-weight) + logProb[i] - base
		gain[i] = over + softplus(math.Log(weight)-over)
	}
	return gain
}

// crossFitted is log q(w) − log φ(w) at the rows of w, q fitted to the rows of other folds.
func (s *Sample) crossFitted(w *mat.Dense, how Remainder) ([]float64, error) {
	n, _ := w.Dims()
	folds := min(s.config.Folds, n/2)
	order := initializers.NewRand(s.config.Seed, 5).Perm(n)
	gain := make([]float64, n)
	err := initializers.EachColumn(folds, func(k int) error {
		var mine, others []int
		for at, i := range order {
			if at%folds == k {
				mine = append(mine, i)
			} else {
				others = append(others, i)
			}
		}
		own := rowsAt(w, mine)
		flow, err := s.fitFlow(rowsAt(w, others), how)
		if err != nil {
			return err
		}
		logProb, err := flow.LogProb(own)
		if err != nil {
			return err
		}
		over := overNormal(logProb, own, len(others))
		for at, i := range mine {
			gain[i] = over[at]
		}
		return nil
	})
	return gain, err
}

func rowsAt(w *mat.Dense, at []int) *mat.Dense {
	_, d := w.Dims()
	some := mat.NewDense(len(at), d, nil)
	for to, i := range at {
		some.SetRow(to, w.RawRowView(i))
	}
	return some
}

// fitFlow fits q.
func (s *Sample) fitFlow(w *mat.Dense, how Remainder) (*flows.Flow, error) {
	if how == RBIG {
		c := s.rbigConfig()
		c.Stop = rbig.HeldOut
		fit, err := rbig.FitRows(w, c)
		if err != nil {
			return nil, err
		}
		return fit.Flow, nil
	}
	_, d := w.Dims()
	flow, err := flows.NewCoupling(d, flows.CouplingConfig{Hidden: []int{32, 32}, Seed: s.config.Seed})
	if err != nil {
		return nil, err
	}
	if err := flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 3e-3}}); err != nil {
		return nil, err
	}
	ctx := s.config.Interrupt
	if ctx == nil {
		ctx = context.Background()
	}
	_, err = flow.Fit(ctx, w, train.FitConfig{Epochs: 60, BatchSize: 256, ValidationSplit: 0.15, Seed: s.config.Seed, Workers: 1,
		Callbacks: []train.Callback{&train.EarlyStopping{Patience: 6, RestoreBest: true}}})
	return flow, err
}

// logNormal is log φ of each row of w.
func logNormal(w *mat.Dense) []float64 {
	n, _ := w.Dims()
	l := make([]float64, n)
	for i := range n {
		for _, v := range w.RawRowView(i) {
			l[i] += kernel.LogPDF(v)
		}
	}
	return l
}
