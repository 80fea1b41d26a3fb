package info

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/rbig"
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

// A fold is rows, and all others.
type fold struct{ own, others []int }

// folds deals the rows out.
func (s *Sample) folds() []fold {
	folds := make([]fold, min(s.config.Folds, s.n/2))
	for at, i := range initializers.NewRand(s.config.Seed, 5).Perm(s.n) {
		for k := range folds {
			if at%len(folds) == k {
				folds[k].own = append(folds[k].own, i)
			} else {
				folds[k].others = append(folds[k].others, i)
			}
		}
	}
	return folds
}

// byRBIG is log q(w) − log φ(w) at the rows of w, q fitted to the rows of other folds.
func (s *Sample) byRBIG(w *mat.Dense) ([]float64, error) {
	folds, gain := s.folds(), make([]float64, s.n)
	err := initializers.EachColumn(len(folds), func(k int) error {
		c := s.rbigConfig()
		c.Stop = rbig.HeldOut
		fit, err := rbig.FitRows(rowsAt(w, folds[k].others), c)
		if err != nil {
			return err
		}
		own := rowsAt(w, folds[k].own)
		logProb, err := fit.Flow.LogProb(own)
		if err != nil {
			return err
		}
		for at, over := range overNormal(logProb, own, len(folds[k].others)) {
			gain[folds[k].own[at]] = over
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
