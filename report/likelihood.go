package report

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"gaussflow/rows"
	"gaussflow/tabular"
)

// likelihoods compares the log-densities of rows, reference rows and samples.
type likelihoods struct {
	picture
	Mean     string    // mean log-density of the rows, with its standard error
	Others   []curveOf // distributions of log-densities that the model has stored
	Left     string    // describes what lies to the left of the window
	Infinite int       // number of log-densities that are not finite
	Gaussian string    // mean log-density of the rows under one Gaussian; empty if there is none
	Gain     string    // gain of the flow over the Gaussian
	Factor   string    // exp of the gain
	Better   bool
}

func (s *study) likelihoods() (l likelihoods, err error) {
	rows, left := onlyFinite(s.logProb)
	samples, _ := onlyFinite(s.sampleLogProb)
	l.Infinite = left
	if len(rows) == 0 || len(samples) == 0 {
		return l, &UnfitError{"no row has a finite log-density, want a model that fits the rows"}
	}
	l.Mean = meanError(rows)
	if s.flow != nil && left == 0 {
		l.compare(s.rows, stat.Mean(rows, nil))
	}
	all := slices.Sorted(slices.Values(slices.Concat(rows, samples)))
	w := span{all[len(all)/200], all[len(all)-1]}.grow(0.04).wide()
	e := edges(w, 0, 0)
	p := panel("", "log-density of a row, nats", "share of rows per nat")
	p.Title.Padding = 0
	a, b := density(rows, e), density(samples, e)
	p.Add(filled(e, a, band), outline(e, a, data, 1.8), outline(e, b, model, 1.8, 5, 2))
	top := max(slices.Max(a), slices.Max(b))
	l.Others = s.stored()
	for _, o := range l.Others {
		c := density(o.values, e)
		p.Add(outline(e, c, o.colour, 1.8, o.dashes...))
		top = max(top, slices.Max(c))
	}
	window(p, w, span{0, 1.08 * top})
	l.Left = beyond(rows, w.lo)
	l.picture, err = render("Histograms of the log-density of the table's rows, of the rows fitted to, of validation rows and of samples.", wideWidth, 300, [][]*plot.Plot{{p}})
	return l, err
}

// curveOf is a histogram's outline with its entry in the legend.
type curveOf struct {
	Name, Class string
	values      []float64
	colour      color.Color
	dashes      []vg.Length
}

// stored are the log-densities for which a model has quantiles: those of the training rows and of the validation rows, or
// of the reference rows if it lacks these.
func (s *study) stored() (curves []curveOf) {
	add := func(name, class string, rows int, q tabular.Quantiles, c color.Color, dashes ...vg.Length) {
		if len(q) > 1 {
			curves = append(curves, curveOf{name + " (" + many(rows, "row", "rows") + ")", class, q, c, dashes})
		}
	}
	m := s.Model
	add("rows fitted to", "of-violet dashed", m.Training.Rows, m.Fitted, violet, 3, 2)
	add("validation rows", "of-reference dotted", m.Training.ValidationRows, m.Held, reference, 1.5, 2)
	if curves == nil {
		add("reference rows in the model", "of-reference dotted", m.Training.ReferenceRows, m.Reference, reference, 1.5, 2)
	}
	return curves
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

// meanError is the mean, with its standard error if there is more than one row.
func meanError(v []float64) string {
	mean, std := stat.MeanStdDev(v, nil)
	if len(v) < 2 {
		return nats(mean)
	}
	return nats(mean) + " ± " + nats(std/math.Sqrt(float64(len(v))))
}

// compare compares the flow's mean log-density with that of the Gaussian with the rows' own mean and covariance Σ
// (divisor N), which is −½(d·(log 2π + 1) + log|Σ|).
func (l *likelihoods) compare(x *mat.Dense, flow float64) {
	n, d := x.Dims()
	if n < 2*d+2 {
		return
	}
	logDet, standard := 0.0, mat.NewDense(n, d, nil)
	for j := range d { // log|Σ| from correlations and variances, so that the columns' units do not matter
		mean, std := rows.MeanStd(mat.Col(nil, j, x))
		if !(std > 0) {
			return
		}
		logDet += 2 * math.Log(std)
		for i := range n {
			standard.Set(i, j, (x.At(i, j)-mean)/std)
		}
	}
	var correlation mat.SymDense
	stat.CorrelationMatrix(&correlation, standard, nil)
	var factor mat.Cholesky
	if !factor.Factorize(&correlation) || factor.Cond() > 1e12 { // the rows lie in a hyperplane, so there is no Gaussian density
		return
	}
	gaussian := -0.5 * (float64(d)*(math.Log(2*math.Pi)+1) + logDet + factor.LogDet())
	gain := flow - gaussian
	l.Gaussian, l.Gain, l.Better = nats(gaussian), nats(math.Abs(gain)), gain > 0
	l.Factor = times(math.Exp(math.Abs(gain)))
}
