package main

import (
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/losses"
)

// A predictor is w·x of the two features. It also reads the target and the attribute, and outputs them beside its prediction,
// because a loss sees only the output.
type predictor struct{ w *graph.Param }

func (p *predictor) Dim() int               { return 4 }
func (p *predictor) Dtype() graph.Dtype     { return graph.Float64 }
func (p *predictor) Params() []*graph.Param { return []*graph.Param{p.w} }

func (p *predictor) predict(row []float64) float64 {
	w := p.w.Values()
	return w[0]*row[0] + w[1]*row[1]
}

// Terms is prediction, attribute and target, N×3.
func (p *predictor) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	prediction := b.SumLast(b.Mul(b.Columns(x, 0, 2), b.Param(p.w)))
	return losses.Terms{Output: b.Beside(b.Reshape(prediction, graph.Rows(x), 1), b.Columns(x, 2, 2))}
}

// fair is the squared error plus a weight times the mutual information of the prediction and the attribute.
type fair struct {
	weight     float64
	dependence losses.Dependence
}

func (fair) Name() string    { return "fair" }
func (fair) Batchwise() bool { return true }

func (f fair) Rows(b *graph.Builder, t losses.Terms) *G.Node {
	n := graph.Rows(t.Output)
	prediction, target := b.Columns(t.Output, 0, 1), b.Columns(t.Output, 1, 1)
	off := b.Reshape(b.Sub(prediction, target), n)
	square := b.Mul(off, off)
	if f.weight == 0 {
		return square
	}
	both := b.Beside(prediction, b.Columns(t.Output, 2, 1))
	return b.Add(square, b.Scale(f.dependence.Rows(b, losses.Terms{Output: both}), f.weight))
}

// best is the minimum of error + weight·information over all w, on a grid that is refined; for a linear prediction both
// are functions of second moments.
func best(weight float64) (squaredError, shared float64) {
	// The second moments for x₁ = u + 0.4s + ½e₁, x₂ = s + ½e₂, y = u + s.
	xx := [2][2]float64{{1 + 0.16 + 0.25, 0.4}, {0.4, 1.25}}
	xy, xs := [2]float64{1.4, 1}, [2]float64{0.4, 1}
	judge := func(a, c float64) (e, i float64) {
		variance := a*a*xx[0][0] + 2*a*c*xx[0][1] + c*c*xx[1][1]
		e = variance - 2*(a*xy[0]+c*xy[1]) + 2
		with := a*xs[0] + c*xs[1]
		return e, -0.5 * math.Log(1-with*with/variance)
	}
	least, at, step := math.Inf(1), [2]float64{0.5, 0.5}, 0.1
	for range 40 {
		centre := at
		for i := -10; i <= 10; i++ {
			for k := -10; k <= 10; k++ {
				a, c := centre[0]+float64(i)*step, centre[1]+float64(k)*step
				if e, shared := judge(a, c); e+weight*shared < least {
					least, at = e+weight*shared, [2]float64{a, c}
				}
			}
		}
		step *= 0.7
	}
	return judge(at[0], at[1])
}
