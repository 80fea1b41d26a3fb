package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
)

// likelihoods compare the log-densities of rows, reference rows and samples.
type likelihoods struct {
	picture
	Mean      string // of the rows, with its standard error
	Reference string // number of rows behind the reference, empty: none
	Left      string // what lies left of the window
	Infinite  int    // log-densities that are no numbers
	Gaussian  string // mean log-density of the rows under one Gaussian, empty: it has none
	Gain      string // of the flow over that
	Factor    string // exp of it
	Better    bool
}

func (s *study) likelihoods() (l likelihoods, err error) {
	rows, left := onlyFinite(s.logProb)
	samples, _ := onlyFinite(s.sampleLogProb)
	l.Infinite = left
	if len(rows) == 0 || len(samples) == 0 {
		return l, fmt.Errorf("no row has a finite log-density, want a model that fits the rows")
	}
	l.Mean = meanError(rows)
	l.compare(s.rows, stat.Mean(rows, nil))
	held := s.Model.Reference
	if len(held) > 1 {
		l.Reference = many(s.Model.Training.ReferenceRows, "row", "rows")
	}
	all := slices.Sorted(slices.Values(slices.Concat(rows, samples)))
	w := span{all[len(all)/200], all[len(all)-1]}.grow(0.04).wide()
	e := edges(w, 0, 0)
	p := panel("", "log-density of a row, nats", "share of rows per nat")
	p.Title.Padding = 0
	a, b := density(rows, e), density(samples, e)
	p.Add(filled(e, a, band), outline(e, a, data, 1.8), outline(e, b, model, 1.8, 5, 2))
	top := max(slices.Max(a), slices.Max(b))
	if l.Reference != "" {
		c := density(held, e)
		p.Add(outline(e, c, reference, 1.8, 1.5, 2))
		top = max(top, slices.Max(c))
	}
	window(p, w, span{0, 1.08 * top})
	l.Left = beyond(rows, w.lo)
	l.picture, err = render("Histograms of the log-density of the table's rows, of held-out reference rows and of samples.", wideWidth, 300, [][]*plot.Plot{{p}})
	return l, err
}

// beyond says how many rows lie below a limit.
func beyond(rows []float64, limit float64) string {
	below := slices.DeleteFunc(slices.Clone(rows), func(v float64) bool { return v >= limit })
	switch len(below) {
	case 0:
		return ""
	case 1:
		return "One row lies further left, at " + nats(below[0]) + "."
	}
	return count(len(below)) + " rows lie further left, down to " + nats(slices.Min(below)) + "."
}

// meanError is the mean with its standard error, where there is more than one row.
func meanError(v []float64) string {
	mean, std := stat.MeanStdDev(v, nil)
	if len(v) < 2 {
		return nats(mean)
	}
	return nats(mean) + " ± " + nats(std/math.Sqrt(float64(len(v))))
}

// compare sets the flow's mean beside that of the Gaussian with the rows' own mean and covariance Σ (divisor N), under
// which it is −½(d·(log 2π + 1) + log|Σ|).
func (l *likelihoods) compare(x *mat.Dense, flow float64) {
	n, d := x.Dims()
	if n < 2*d+2 {
		return
	}
	logDet := 0.0
	for j := range d { // the correlations' determinant, whatever the columns' units, and the variances
		variance := stat.PopVariance(mat.Col(nil, j, x), nil)
		if !(variance > 0) {
			return
		}
		logDet += math.Log(variance)
	}
	var correlation mat.SymDense
	stat.CorrelationMatrix(&correlation, x, nil)
	var factor mat.Cholesky
	if !factor.Factorize(&correlation) || factor.Cond() > 1e12 { // the rows lie in a plane: no Gaussian has their density
		return
	}
	gaussian := -0.5 * (float64(d)*(math.Log(2*math.Pi)+1) + logDet + factor.LogDet())
	gain := flow - gaussian
	l.Gaussian, l.Gain, l.Better = nats(gaussian), nats(math.Abs(gain)), gain > 0
	l.Factor = times(math.Exp(math.Abs(gain)))
}
