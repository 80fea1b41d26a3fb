package report

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
)

// lineDensity shows the density of a flow of one column.
type lineDensity struct {
	picture
	Mass string // integral of the density over the window
}

// lineDensity is nil if the model is no flow of one column.
func (s *study) lineDensity() (*lineDensity, error) {
	if s.flow == nil || len(s.names) != 1 {
		return nil, nil
	}
	const points = 800
	w := s.fields[0].window.grow(0.1)
	x := mat.NewDense(points, 1, nil)
	c := curve{LineStyle: line(model, 1.8)}
	for i := range points {
		c.x = append(c.x, w.lo+(float64(i)+0.5)/points*(w.hi-w.lo))
		x.Set(i, 0, c.x[i])
	}
	lp, err := s.flow.LogProb(x)
	if err != nil {
		return nil, err
	}
	mass := 0.0
	for _, v := range lp {
		c.y = append(c.y, math.Exp(v))
		mass += math.Exp(v) * (w.hi - w.lo) / points
	}
	name := short(s.names[0], 40)
	p := panel("", name, "density, per unit of "+short(name, 20))
	e := edges(w, s.quanta[0], s.rows.At(0, 0))
	h := density(mat.Col(nil, 0, s.rows), e)
	p.Add(filled(e, h, band), outline(e, h, data, 1.4), c)
	window(p, w, span{0, 1.08 * max(slices.Max(h), slices.Max(c.y))})
	d := &lineDensity{Mass: strconv.FormatFloat(mass, 'f', 4, 64)}
	d.picture, err = one("The model's density over a histogram of the rows.", wideWidth, 320, p)
	return d, err
}
