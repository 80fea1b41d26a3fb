package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot"

	"gaussflow/train"
)

// training shows the loss curves of the fit.
type training struct {
	picture
	Epochs, Best int // from 1; Best is 0 if it is not known
	Validated    bool
	NotFinite    int    // number of losses that are not finite
	Above        int    // number of losses above the window
	ValLoss      string // the best validation loss
}

// training is nil if the model has no history.
func (s *study) training() (*training, error) {
	h := s.Model.Training.History
	if h == nil || len(h.Loss) == 0 {
		return nil, nil
	}
	t := &training{Epochs: len(h.Loss), Validated: len(h.ValLoss) == len(h.Loss)}
	p := panel("", "epoch", "loss, nats a row")
	losses := t.curves(p, h)
	if len(losses) == 0 {
		return t, nil
	}
	slices.Sort(losses)
	// The first epochs of a fit from scratch may lie far above the rest.
	y := span{losses[0], losses[len(losses)-1]}
	if q := losses[len(losses)*19/20]; y.hi-y.lo > 4*(q-y.lo) && q > y.lo {
		y.hi = y.lo + 1.5*(q-y.lo)
	}
	for _, v := range losses {
		if v > y.hi {
			t.Above++
		}
	}
	window(p, span{1, float64(t.Epochs)}.grow(0.02), y.grow(0.06))
	p.X.Tick.Marker = plot.TickerFunc(whole)
	var err error
	t.picture, err = one("Loss of each epoch on the training rows and on the validation rows.", wideWidth, 300, p)
	return t, err
}

// curves adds the losses of h to p, with a mark at the best epoch, and returns the finite ones.
func (t *training) curves(p *plot.Plot, h *train.History) (all []float64) {
	for _, c := range []struct {
		loss []float64
		curve
	}{
		{h.Loss, curve{LineStyle: line(data, 1.8)}}, {h.ValLoss, curve{LineStyle: line(model, 1.8, 5, 2)}},
	} {
		for i, v := range c.loss {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.NotFinite++
				continue
			}
			c.x, c.y = append(c.x, float64(i+1)), append(c.y, v)
		}
		all = append(all, c.y...)
		p.Add(c.curve)
		if len(c.y) == 1 {
			p.Add(dots{x: c.x, y: c.y, size: 6, colour: c.LineStyle.Color})
		}
	}
	best := slices.Index(h.Epoch, h.BestEpoch)
	if t.Validated && best >= 0 && best < len(h.ValLoss) {
		t.Best, t.ValLoss = best+1, nats(h.ValLoss[best])
		p.Add(rule{float64(best + 1), line(soft, 1, 2, 3)}, dots{x: []float64{float64(best + 1)}, y: []float64{h.ValLoss[best]}, size: 8, colour: model})
	}
	return all
}

// whole are the ticks at whole numbers.
func whole(lo, hi float64) []plot.Tick {
	return slices.DeleteFunc(ticks(lo, hi), func(t plot.Tick) bool { return t.Value != math.Trunc(t.Value) || t.Value < 1 })
}
