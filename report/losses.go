package report

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"

	"gaussflow/rbig"
)

// layerLosses shows how much total correlation of the columns each layer of a flow removes.
type layerLosses struct {
	picture
	Rows, Layers int
	Sum          string // total over all layers, nats
	Most         string // the layer that removes most
	MostNumber   int
	Why          string // why nothing is known; the other fields are then empty
}

const (
	lossRows  = 2000    // rows sent through the layers; fewer if there are many columns
	lossCells = 1 << 18 // numbers in these rows
)

// layerLosses is nil if the model is no flow, or a conditional one.
func (s *study) layerLosses() (*layerLosses, error) {
	if s.flow == nil || s.flow.ContextDim() > 0 {
		return nil, nil
	}
	var possible []int // indexes in some of the rows inside the flow's domain
	for i, at := range s.index {
		if lp := s.logProb[at]; !math.IsInf(lp, 0) && !math.IsNaN(lp) {
			possible = append(possible, i)
		}
	}
	most := min(max(lossCells/len(s.names), 200), lossRows)
	var rows []int
	for _, k := range evenly(len(possible), most) {
		rows = append(rows, possible[k])
	}
	l := &layerLosses{Rows: len(rows), Layers: len(s.flow.Layers())}
	if len(rows) < fewestLost {
		l.Why = "there are too few rows"
		return l, nil
	}
	return l, l.measure(s, choose(s.some, rows, nil))
}

// fewestLost is the fewest rows for which the losses of layers are meaningful.
const fewestLost = 50

// measure measures the layers, and draws a bar for each.
func (l *layerLosses) measure(s *study, x *mat.Dense) error {
	losses, err := rbig.Losses(s.flow, x)
	if errors.Is(err, rbig.ErrTied) {
		l.Why = "a column has many equal values, so that it has no entropy of its own"
		return nil
	}
	if err != nil {
		return err
	}
	sum, reach := 0.0, span{}
	p := panel("", "layer", "nats that it takes")
	for i, v := range losses {
		if !finite([]float64{v.Value, v.SE}) {
			l.Why = "a row goes too far out on its way"
			return nil
		}
		sum += v.Value
		if v.SE == 0 {
			continue
		}
		at := float64(i + 1)
		p.Add(box{x: span{at - 0.36, at + 0.36}, y: span{0, v.Value}, colour: band, edge: line(data, 1.3)},
			curve{x: []float64{at, at}, y: []float64{v.Value - 2*v.SE, v.Value + 2*v.SE}, LineStyle: line(ink, 1.2)})
		if v.Value > reach.hi {
			l.Most, l.MostNumber = v.Layer, i+1
		}
		reach = span{min(reach.lo, v.Value-2*v.SE), max(reach.hi, v.Value+2*v.SE)}
	}
	l.Sum = nats(sum)
	window(p, span{0.3, float64(len(losses)) + 0.7}, reach.grow(0.05))
	p.X.Tick.Marker = plot.TickerFunc(whole)
	l.picture, err = one("The total correlation that each layer removes.", wideWidth, 240, p)
	return err
}
