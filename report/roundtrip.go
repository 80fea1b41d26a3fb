package report

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
)

// roundTrip shows how exactly the flow maps rows to latents and back.
type roundTrip struct {
	picture
	Rows                  int
	Median, P99, Most     string // quantiles of the rows' errors
	Exact                 int    // rows that come back to the last digit
	NotFinite             int
	Bad                   int // rows whose error is more than badError
	BadError, WorstNumber string
}

// badError is the error, in standard deviations, above which the page calls a row bad.
const badError = 1e-3

// roundTrip maps rows through the flow and back. A row's error is in standard deviations of the column where it is largest.
// It is nil if the model is no flow.
func (s *study) roundTrip() (*roundTrip, error) {
	if s.flow == nil {
		return nil, nil
	}
	x := s.rows
	n, d := x.Dims()
	_, back, err := s.flow.RoundTrip(x)
	if err != nil {
		return nil, err
	}
	worst := make([]float64, n)
	for j := range d {
		unit := s.unit(j, extent(mat.Col(nil, j, x)))
		for i := range worst {
			worst[i] = max(worst[i], math.Abs(back.At(i, j)-x.At(i, j))/unit)
		}
	}
	r := &roundTrip{Rows: n, BadError: number(badError, 1)}
	r.count(worst, func(i int) string { return count(s.number(i)) })
	errors, _ := onlyFinite(worst)
	if len(errors) == 0 {
		return r, nil
	}
	slices.Sort(errors)
	at := func(share float64) string { return number(errors[int(share*float64(len(errors)-1))], 2) }
	r.Median, r.P99, r.Most = at(0.5), at(0.99), at(1)
	r.picture, err = s.errorFigure(errors[r.Exact:], len(errors))
	return r, err
}

// count counts the rows that come back exactly, badly and not at all, and names the worst.
func (r *roundTrip) count(errors []float64, name func(row int) string) {
	worst := 0.0
	for i, e := range errors {
		switch finite := !math.IsNaN(e) && !math.IsInf(e, 0); {
		case !finite:
			r.NotFinite++
			e = math.Inf(1)
		case e == 0:
			r.Exact++
		}
		if e > badError {
			r.Bad++
		}
		if e > worst {
			worst, r.WorstNumber = e, name(i)
		}
	}
}

// unit is the standard deviation of column j with which the model was fitted, or the length of the rows' range if it
// has none.
func (s *study) unit(j int, rows span) float64 {
	for _, c := range s.Model.Columns {
		if c.Name == s.names[j] && c.Std > 0 {
			return c.Std
		}
	}
	return rows.wide().hi - rows.wide().lo
}

// errorFigure is the histogram of log₁₀ of errors > 0, with about four bins a decade, as shares of all rows.
func (s *study) errorFigure(errors []float64, all int) (picture, error) {
	if len(errors) == 0 {
		return picture{}, nil
	}
	logs := make([]float64, len(errors))
	for i, e := range errors {
		logs[i] = math.Log10(e)
	}
	w := span{math.Floor(logs[0]), math.Ceil(logs[len(logs)-1])}
	w.hi = max(w.hi, w.lo+1)
	e := edges(w, 0.25, w.lo+0.125)
	h := density(logs, e)
	for k := range h {
		h[k] *= (e[k+1] - e[k]) * float64(len(errors)) / float64(all)
	}
	p := panel("", "error of a row, standard deviations", "share of rows")
	p.Add(filled(e, h, band), outline(e, h, data, 1.6))
	window(p, w, span{0, 1.08 * slices.Max(h)})
	p.X.Tick.Marker = plot.TickerFunc(decades)
	return one("Histogram of the round-trip errors on a logarithmic axis.", wideWidth, 260, p)
}

// decades are ticks at whole powers of ten on an axis of log₁₀.
func decades(lo, hi float64) (t []plot.Tick) {
	step := math.Max(1, math.Ceil((hi-lo)/8))
	for k := math.Ceil(lo); k <= hi; k += step {
		t = append(t, plot.Tick{Value: k, Label: "10" + superscript(int(k))})
	}
	return t
}
