package report

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
)

// roundTrip is how exactly the flow undoes itself.
type roundTrip struct {
	picture
	Median, Most string
	Exact        int // values that come back to the last digit
	NotFinite    int
	Values       int
}

// roundTrip sends rows through the flow and back; errors are in standard deviations of each column.
func (s *study) roundTrip() (*roundTrip, error) {
	n, d := s.some.Dims()
	x := s.some.Slice(0, min(n, 2000), 0, d)
	z, _, err := s.flow.Forward(x)
	if err != nil {
		return nil, err
	}
	back, _, err := s.flow.Inverse(z)
	if err != nil {
		return nil, err
	}
	r := &roundTrip{}
	var errors []float64
	for j := range d {
		scale := extent(mat.Col(nil, j, s.some))
		unit := s.unit(j, scale)
		for i, v := range mat.Col(nil, j, back) {
			errors = append(errors, math.Abs(v-x.At(i, j))/unit)
		}
	}
	r.Values = len(errors)
	errors, r.NotFinite = onlyFinite(errors)
	if len(errors) == 0 {
		return r, nil
	}
	slices.Sort(errors)
	r.Median, r.Most = number(errors[len(errors)/2], 2), number(errors[len(errors)-1], 2)
	for r.Exact < len(errors) && errors[r.Exact] == 0 {
		r.Exact++
	}
	r.picture, err = s.errorFigure(errors[r.Exact:], len(errors))
	return r, err
}

// unit is the standard deviation of column j that the model was fitted with, or the rows' range where it has none.
func (s *study) unit(j int, rows span) float64 {
	for _, c := range s.Model.Columns {
		if c.Name == s.names[j] && c.Std > 0 {
			return c.Std
		}
	}
	return rows.wide().hi - rows.wide().lo
}

// errorFigure is the histogram of log₁₀ of errors > 0, some four bins a decade, as shares of all values.
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
	p := panel("", "error, standard deviations of the column", "share of values")
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
